using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Cli.Host;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Settings;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom trace</c>: where a letter came from, what decided, what the target answered, when.</summary>
internal static class TraceCommand
{
    public static Command Create(Option<string> settings)
    {
        var text = new Argument<string>("TEXT") { Description = "An address, a mailbox, a letter's id or a Message-ID." };
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var command = new Command("trace", "Tell what happened to letters.") { text, json };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => TraceAsync(
            Counter.Settings(parsed.GetValue(settings)!), parsed.GetValue(text)!, parsed.GetValue(json), stop)));
        return command;
    }

    private static async Task<int> TraceAsync(PostroomSettings settings, string text, bool asJson, CancellationToken stop)
    {
        await using var services = Counter.Services(settings, LogLevel.Error);
        var entries = await services.GetRequiredService<DeliveryLedger>().SearchAsync(text, stop);
        var wanted = text.Trim().Trim('<', '>');
        var held = (await services.GetRequiredService<HeldShelf>().ListAsync(stop))
            .Where(h => new[] { h.Letter, h.Sender, h.Recipient, h.MessageId?.Trim('<', '>'), h.Mailbox, h.Id }.Contains(wanted, StringComparer.OrdinalIgnoreCase)).ToList();
        if (asJson)
            return JsonOutput.Print(new { letters = entries, held });

        foreach (var entry in entries)
            Tell(entry);
        foreach (var letter in held.Where(h => entries.All(e => e.Letter != h.Letter)))
            HeldCommand.Tell(letter);
        if (entries.Count + held.Count == 0)
            Console.Out.WriteLine($"No letter to or from {Counter.Safe(text)} has been delivered, put off or held. If it should have come, look at the account: postroom run --until-idle");
        return Counter.Well;
    }

    private static void Tell(LedgerEntry entry)
    {
        Console.Out.WriteLine($"Letter {entry.Letter}, {entry.Size} octets, Message-ID {Or(entry.MessageId)}");
        Console.Out.WriteLine($"  {entry.Received:u}  came from {(entry.Account is null ? "direct SMTP" : $"account {entry.Account}")}, sender {(entry.Sender is null ? "unknown" : entry.Sender.Length == 0 ? "<> (a report)" : Counter.Safe(entry.Sender))}");
        Console.Out.WriteLine($"  {entry.Received:u}  sorted onto {entry.Mailbox} by {Counter.Safe(entry.DecidedBy)}: {Counter.Safe(entry.Reason)}");
        Console.Out.WriteLine(entry.State switch
        {
            LetterState.Delivered => $"  {entry.Last:u}  delivered to target {entry.Target}: {Counter.Safe(entry.Answer)}",
            LetterState.Waiting => $"  {entry.Last:u}  attempt {entry.Attempts} at target {entry.Target} failed: {Counter.Safe(entry.Answer)} Next attempt {entry.Next:u}.",
            _ => $"  {entry.Last:u}  held: {Counter.Safe(entry.Answer)}",
        });
    }

    private static string Or(string? text) => text is null ? "none" : Counter.Safe(text);
}
