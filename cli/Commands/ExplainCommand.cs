using System.CommandLine;
using Postroom.Accounts;
using Postroom.Cli.Host;
using Postroom.Mail;
using Postroom.Resolve;
using Postroom.Settings;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom explain</c>: who would get a letter, and why.</summary>
internal static class ExplainCommand
{
    public static Command Create(Option<string> settings)
    {
        var file = new Argument<FileInfo>("FILE.eml") { Description = "The letter as the provider hands it out." };
        var account = new Option<string>("--account") { Description = "The account it came from.", HelpName = "NAME", Required = true };
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var command = new Command("explain", "Say who would get a letter and why.") { file, account, json };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => ExplainAsync(
            Counter.Settings(parsed.GetValue(settings)!), parsed.GetValue(file)!, parsed.GetValue(account)!, parsed.GetValue(json), parsed.InvocationConfiguration.Output, stop)));
        return command;
    }

    private static async Task<int> ExplainAsync(PostroomSettings settings, FileInfo file, string name, bool asJson, TextWriter output, CancellationToken stop)
    {
        if (!settings.Accounts.TryGetValue(name, out var account))
            throw new InvalidDataException($"There is no account \"{name}\" in the settings. There are: {string.Join(", ", settings.Accounts.Keys)}.");
        if (!file.Exists)
            throw new InvalidDataException($"{file.FullName}: there is no such file.");
        var present = await PresentDirectory.ReadAsync(settings, stop);
        var sorting = Sorter.Sort(account, await EvidenceAsync(file, account, stop), present.Directory);
        List<string> mailboxes = [.. sorting.Desks.Select(static d => d.Mailbox)];
        if (asJson)
        {
            await output.WriteLineAsync(JsonOutput.Text(new
            {
                recipients = sorting.Recipients,
                mailboxes,
                decidedBy = sorting.DecidedBy,
                reason = sorting.Reason,
                steps = sorting.Steps,
                directory = present.Source,
                held = sorting.Held.Select(static h => new { recipient = h.Recipient, reason = h.Reason }),
            }));
            return Counter.Well;
        }

        output.WriteLine(mailboxes.Count > 0 ? $"It goes to {string.Join(", ", mailboxes)}." : "It is held for a person to look at.");
        output.WriteLine($"Decided by {Counter.Safe(sorting.DecidedBy)}: {Counter.Safe(sorting.Reason)}");
        foreach (var step in sorting.Steps)
            output.WriteLine("  - " + Counter.Safe(step));
        if (present.Source == PresentDirectory.SettingsOnly)
            output.WriteLine("Only the settings were asked, not the directory table: the storage emulator does not run.");
        return Counter.Well;
    }

    private static async Task<HeaderEvidence> EvidenceAsync(FileInfo file, Account account, CancellationToken stop)
    {
        var scanner = new HeaderScanner(CandidateHeaders.For(account));
        await using var letter = file.OpenRead();
        var buffer = new byte[16384];
        for (int read; !scanner.HeaderEnded && (read = await letter.ReadAsync(buffer, stop)) > 0;)
            scanner.Write(buffer.AsSpan(0, read));
        return scanner.Finish();
    }
}
