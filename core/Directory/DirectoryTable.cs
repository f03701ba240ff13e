using System.Text;
using Azure.Data.Tables;

namespace Postroom.Directory;

/// <summary>Mailboxes and aliases in Table Storage, for companies that outgrow settings. An import replaces the whole table
/// or nothing of it: readers see the old state until the one write that switches over.</summary>
public sealed class DirectoryTable
{
    /// <summary>Name of the table.</summary>
    public const string Name = "directory";

    private const string Overtaken = "Somebody else changed the directory table meanwhile, so nothing was done. Look at what it says now (directory export) and try again.";

    private readonly DirectoryStore store;

    /// <summary>Asks nothing of the network yet.</summary>
    /// <param name="tables">The storage account.</param>
    /// <param name="time">Names generations and ages them.</param>
    public DirectoryTable(TableServiceClient tables, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(tables);
        store = new(tables.GetTableClient(Name), time);
    }

    /// <summary>Checks a file completely, then puts it in the place of the table.</summary>
    /// <param name="csv">The file as docs/directory.md describes it.</param>
    /// <param name="settings">What the rows must not contradict.</param>
    /// <param name="targets">Names of all targets there are.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="stop">Breaks off; up to the switch nothing has changed.</param>
    public async Task<DirectoryImport> ImportAsync(
        Stream csv, DirectoryEntries settings, IReadOnlyCollection<string> targets, IProgress<DirectoryProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(csv);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(targets);
        // Before the file is looked at: whoever switches over from here on makes this import give way.
        var before = await store.FindPointerAsync(stop);
        using var file = new MemoryStream();
        await csv.CopyToAsync(file, stop);

        var problems = new List<string>();
        var rows = DirectoryCsv.Decode(file.GetBuffer().AsSpan(0, (int)file.Length), problems) is { } text
            ? DirectoryCsv.Read(text, problems, done => progress?.Report(new(DirectoryStep.Reading, done, 0)))
            : [];
        progress?.Report(new(DirectoryStep.Checking, 0, rows.Count));
        problems.AddRange(UnknownTargets(rows, targets));
        return await ReplaceAsync(rows, settings, problems, before, progress, stop);
    }

    /// <summary>Adds one address to what the table says.</summary>
    /// <param name="address">As in the column <c>address</c>.</param>
    /// <param name="mailbox">A mailbox or group that exists, or several separated by blanks.</param>
    /// <param name="settings">What the row must not contradict.</param>
    /// <param name="stop">Breaks off; up to the switch nothing has changed.</param>
    public async Task<DirectoryImport> AddAsync(string address, string mailbox, DirectoryEntries settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(mailbox);
        ArgumentNullException.ThrowIfNull(settings);
        var before = await store.FindPointerAsync(stop);
        var rows = before is null ? [] : DirectoryCsv.Read(await store.ReadAsync(before, stop), []);
        var names = mailbox.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var known = DirectoryDraft.Build(settings, rows, out _);
        var problems = new List<string>();
        foreach (var name in names)
            // In a file a new name describes a new mailbox; here it would only be a typing error.
            if (known is not null && !known.HasMailbox(name) && !settings.Groups.Any(g => g.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                problems.Add($"{name} is neither a mailbox nor a group, write the name of one that exists.");
        if (names.Length == 0 || string.IsNullOrWhiteSpace(address))
            problems.Add("Write an address and the mailbox that gets its letters.");
        return await ReplaceAsync([.. rows, new(address.Trim(), names, [], "The new address")], settings, problems, before, null, stop);
    }

    /// <summary>Writes what the table says as a file that can be imported again.</summary>
    /// <param name="csv">Gets UTF-8 with a byte order mark, without which spreadsheets take it for something older.</param>
    /// <param name="separator">Comma, or semicolon where spreadsheets expect that.</param>
    /// <param name="stop">Breaks off.</param>
    /// <returns>How many rows were written.</returns>
    public async Task<int> ExportAsync(Stream csv, char separator, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(csv);
        if (separator is not (',' or ';')) throw new ArgumentOutOfRangeException(nameof(separator), separator, "Comma or semicolon.");
        var pointer = await store.FindPointerAsync(stop);
        var rows = pointer is null ? [] : DirectoryCsv.Read(await store.ReadAsync(pointer, stop), []);
        await using var writer = new StreamWriter(csv, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await writer.WriteAsync(DirectoryCsv.Write(rows, separator).AsMemory(), stop);
        return rows.Count;
    }

    private async Task<DirectoryImport> ReplaceAsync(
        List<DirectoryRow> rows, DirectoryEntries settings, List<string> problems, DirectoryPointer? before,
        IProgress<DirectoryProgress>? progress, CancellationToken stop)
    {
        var directory = DirectoryDraft.Build(settings, rows, out var contradictions);
        var addresses = rows.Count(static r => r.Address.Length > 0);
        problems.AddRange(contradictions);
        if (directory is null || problems.Count > 0) return new(problems, false, addresses, 0);

        var mailboxes = directory.Mailboxes.Count() - settings.Mailboxes.Count;
        var text = DirectoryCsv.Write(rows);
        if (before?.Sha256 == DirectoryStore.Hash(text)) return new([], false, addresses, mailboxes);
        var switched = await store.WriteAsync(text, addresses, before,
            (done, total) => progress?.Report(new(DirectoryStep.Writing, done, total)), stop);
        if (!switched) return new([Overtaken], false, addresses, mailboxes);
        progress?.Report(new(DirectoryStep.Switched, rows.Count, rows.Count));
        return new([], true, addresses, mailboxes);
    }

    private static IEnumerable<string> UnknownTargets(List<DirectoryRow> rows, IReadOnlyCollection<string> targets)
    {
        var known = targets.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows)
            foreach (var target in row.Targets)
                if (!known.Contains(target))
                    yield return $"{row.Place}: there is no target {target}, write one of {string.Join(", ", known)} or leave it out.";
    }
}
