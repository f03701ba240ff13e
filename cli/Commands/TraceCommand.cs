using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Postroom.Cli.Host;
using Postroom.Hold;
using Postroom.Ledger;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom trace</c>: where a letter came from, what decided, what the target answered, when.</summary>
internal static class TraceCommand
{
    public static Command Create(Option<string> settings)
    {
        var text = new Argument<string>("TEXT") { Description = "An address, a mailbox, a letter's id or a Message-ID." };
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var command = new Command("trace", "Tell what happened to letters.") { text, json };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => Counter.WithStorageAsync(
            parsed.GetValue(settings)!, (_, services) => TraceAsync(services, parsed.GetValue(text)!, parsed.GetValue(json), stop), stop)));
        return command;
    }

    private static async Task<int> TraceAsync(ServiceProvider services, string text, bool asJson, CancellationToken stop)
    {
        var shelf = services.GetRequiredService<HeldShelf>();
        var entries = await services.GetRequiredService<DeliveryLedger>().SearchAsync(text, stop);
        var held = Matching(await shelf.ListAsync(stop), text);
        // What was sent on and has no later entry anywhere is on its way.
        var onTheWay = Matching(await shelf.SentOnAsync(stop), text)
            .Where(s => held.All(h => h.Id != s.Id) && !entries.Any(e => e.Letter == s.Letter && e.Last >= s.Story[^1].At)).ToList();
        if (asJson)
            return JsonOutput.Print(new { letters = entries, held, onTheWay });

        foreach (var entry in entries)
            Tell(entry);
        foreach (var letter in held.Where(h => entries.All(e => e.Letter != h.Letter || e.Mailbox != h.Mailbox)))
            HeldCommand.Tell(letter);
        foreach (var letter in onTheWay)
            Tell(letter);
        if (entries.Count + held.Count + onTheWay.Count == 0)
            Console.Out.WriteLine($"No letter to or from {Counter.Safe(text)} has been delivered, put off or held. If it should have come, look at the account: postroom run --until-idle");
        return Counter.Well;
    }

    private static List<HeldLetter> Matching(IEnumerable<HeldLetter> held, string text)
    {
        var wanted = text.Trim().Trim('<', '>');
        return [.. held.Where(h => new[] { h.Letter, h.Sender, h.Recipient, h.MessageId?.Trim('<', '>'), h.Mailbox, h.Id }.Contains(wanted, StringComparer.OrdinalIgnoreCase))];
    }

    private static void Tell(LedgerEntry entry)
    {
        var source = entry.DecidedBy == FoldNotice.DecidedBy ? "was written by Postroom"
            : $"came from {(entry.Account is null ? "direct SMTP" : $"account {entry.Account}")}, sender {(entry.Sender is null ? "unknown" : entry.Sender.Length == 0 ? "<> (a report)" : entry.Sender)}";
        List<(DateTimeOffset At, string What)> lines =
        [
            (entry.Received, source),
            .. entry.Story.Select(static l => (l.At, char.ToLowerInvariant(l.What[0]) + l.What[1..])),
            (entry.Sorted ?? entry.Received, $"sorted onto {entry.Mailbox} by {entry.DecidedBy}: {entry.Reason}"),
        ];
        Console.Out.WriteLine($"Letter {entry.Letter}, {entry.Size} octets, Message-ID {Counter.Safe(entry.MessageId ?? "none")}");
        // Sorting comes before or after a stay on the shelf, depending on why the letter was held.
        foreach (var (at, what) in lines.OrderBy(static l => l.At))
            Console.Out.WriteLine($"  {at:u}  {Counter.Safe(what)}");
        Console.Out.WriteLine($"  {entry.Last:u}  " + Counter.Safe(entry.State switch
        {
            LetterState.Delivered => $"delivered to target {entry.Target}: {entry.Answer}",
            LetterState.Waiting when entry.Attempts == 0 => $"on its way again to target {entry.Target}",
            LetterState.Waiting => $"attempt {entry.Attempts} at target {entry.Target} failed: {entry.Answer} Next attempt {entry.Next:u}.",
            LetterState.Duplicate => $"not delivered a second time: {entry.Answer}",
            LetterState.Reassigned => "given to another mailbox",
            _ => $"held: {entry.Answer}",
        }));
    }

    private static void Tell(HeldLetter sentOn)
    {
        Console.Out.WriteLine($"Letter {sentOn.Letter ?? sentOn.Id}, {sentOn.Size} octets, Message-ID {Counter.Safe(sentOn.MessageId ?? "none")}");
        foreach (var line in sentOn.Story)
            Console.Out.WriteLine($"  {line.At:u}  {Counter.Safe(line.What)}");
        Console.Out.WriteLine("  on its way: postroom run sees to it");
    }
}
