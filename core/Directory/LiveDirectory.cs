using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Postroom.Directory;

/// <summary>The directory as it is now: settings and table together, in memory. A look-up costs no storage request; one
/// small row is read at most every 30 s, so a change in the table counts within a minute in every process.</summary>
/// <remarks>If the table cannot be read, or contradicts the settings, what was read last stays in use. If nothing was ever
/// read there is no directory: a letter then waits, since without the table's rows it might go to the wrong desk.</remarks>
public sealed partial class LiveDirectory
{
    /// <summary>Time between two looks at the table. With the time to read it, must stay below a minute.</summary>
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for the table, the client's own repetitions included.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // A generation may be swept away between reading its name and its rows, but hardly three times in a row.
    private const int MostAttempts = 3;

    private readonly DirectoryEntries settings;
    private readonly RecipientDirectory settingsOnly;
    private readonly DirectoryStore store;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private volatile Snapshot? present;
    private Task<RecipientDirectory>? underWay;

    /// <param name="Directory">Settings and table together.</param>
    /// <param name="Generation">Of the table; null: it has none.</param>
    /// <param name="CheckedAt">When the last look began, successful or not.</param>
    private sealed record Snapshot(RecipientDirectory Directory, string? Generation, long CheckedAt);

    /// <summary>Asks nothing of the network yet.</summary>
    /// <param name="tables">The storage account.</param>
    /// <param name="settings">What the administrator wrote; the table adds to it.</param>
    /// <param name="time">For the 30 s.</param>
    /// <param name="logger">Told when the table cannot be used.</param>
    /// <exception cref="DirectoryException">The settings contradict themselves.</exception>
    public LiveDirectory(TableServiceClient tables, DirectoryEntries settings, TimeProvider time, ILogger<LiveDirectory>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(tables);
        this.settings = settings;
        this.time = time;
        this.logger = logger ?? NullLogger<LiveDirectory>.Instance;
        store = new(tables.GetTableClient(DirectoryTable.Name), time);
        if (!RecipientDirectory.TryBuild(settings, out var directory, out var problems)) throw new DirectoryException(problems);
        settingsOnly = directory;
    }

    /// <summary>The directory as it was at most 30 s ago.</summary>
    /// <param name="stop">Ends the wait, not the look at the table that others may wait for too.</param>
    /// <exception cref="DirectoryException">Nothing was ever read, and what the table says contradicts the settings.</exception>
    /// <exception cref="Azure.RequestFailedException">Nothing was ever read, and the table cannot be.</exception>
    /// <exception cref="TimeoutException">Likewise, since it does not answer.</exception>
    public ValueTask<RecipientDirectory> CurrentAsync(CancellationToken stop)
    {
        if (Fresh() is { } known) return new(known);
        lock (gate)
        {
            if (Fresh() is { } meanwhile) return new(meanwhile);
            underWay ??= CheckAsync();
            return new(underWay.WaitAsync(stop));
        }
    }

    private RecipientDirectory? Fresh() =>
        present is { } known && time.GetElapsedTime(known.CheckedAt) < CheckEvery ? known.Directory : null;

    private async Task<RecipientDirectory> CheckAsync()
    {
        // Leaves the caller's lock first: the rest runs when the task is where the others look for it.
        await Task.Yield();
        var began = time.GetTimestamp();
        var before = present;
        try
        {
            var now = await LookAsync(before, began);
            if (now.Generation != before?.Generation) LogChanged(now.Generation ?? "none", now.Directory.AddressCount);
            present = now;
        }
        catch (Exception e) when (before is not null)
        {
            // Whatever it is, the last good state is better than none, and the next look is soon.
            LogUnreadable(e);
            present = before with { CheckedAt = began };
        }
        finally
        {
            lock (gate) underWay = null;
        }

        return present!.Directory;
    }

    private async Task<Snapshot> LookAsync(Snapshot? before, long began)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return await LookAsync(before, began, patience.Token);
        }
        catch (OperationCanceledException e) when (patience.IsCancellationRequested)
        {
            // To a caller a cancellation would mean that the process ends.
            throw new TimeoutException($"The directory table did not answer within {Patience.TotalSeconds} s.", e);
        }
    }

    private async Task<Snapshot> LookAsync(Snapshot? before, long began, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pointer = await store.FindPointerAsync(stop);
            if (pointer is null && before?.Generation is not null)
                // Emptying the table is an import of an empty file. A table that is simply gone is an accident, and
                // taking it at its word would turn away everybody in it.
                throw new InvalidDataException("The directory table was there and is gone. Import it again, or restart to run on the settings alone.");
            if (before is not null && pointer?.Generation == before.Generation) return before with { CheckedAt = began };
            if (pointer is null) return new(settingsOnly, null, began);
            try
            {
                return new(Merge(await store.ReadAsync(pointer, stop)), pointer.Generation, began);
            }
            catch (InvalidDataException) when (attempt < MostAttempts)
            {
                // Switched over and swept while we read: look again.
            }
        }
    }

    private RecipientDirectory Merge(string text)
    {
        var problems = new List<string>();
        var directory = DirectoryDraft.Build(settings, DirectoryCsv.Read(text, problems), out var contradictions);
        problems.AddRange(contradictions);
        // The lines are those of the file that an export writes.
        return directory is not null && problems.Count == 0 ? directory
            : throw new DirectoryException([.. problems.Select(static p => $"Directory table: {p}")]);
    }
}
