using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Cli.Host;
using Postroom.Hold;
using Postroom.Settings;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom held</c>: what waits for a person.</summary>
internal static class HeldCommand
{
    public static Command Create(Option<string> settings)
    {
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var list = new Command("list", "Everything that waits, oldest first.") { json };
        list.SetAction((parsed, stop) => Counter.ServeAsync(() => ListAsync(Counter.Settings(parsed.GetValue(settings)!), parsed.GetValue(json), stop)));

        var id = new Argument<string>("ID") { Description = "As held list shows it." };
        var show = new Command("show", "One letter or message with all that is known of it.") { id, json };
        show.SetAction((parsed, stop) => Counter.ServeAsync(() => ShowAsync(Counter.Settings(parsed.GetValue(settings)!), parsed.GetValue(id)!, parsed.GetValue(json), stop)));
        return new("held", "Letters that wait for a person.") { list, show };
    }

    /// <summary>Tells of one thing that waits.</summary>
    public static void Tell(HeldLetter held)
    {
        Console.Out.WriteLine($"{held.Id}  since {held.Since:u}");
        if (held.Letter is not null)
            Console.Out.WriteLine($"  letter {held.Letter}, {held.Size} octets, for {Counter.Safe(held.Mailbox ?? held.Recipient ?? "nobody known")}, from {Counter.Safe(held.Sender ?? "unknown")}, Message-ID {Counter.Safe(held.MessageId ?? "none")}");
        Console.Out.WriteLine($"  held: {Counter.Safe(held.Reason)}");
    }

    private static async Task<int> ListAsync(PostroomSettings settings, bool asJson, CancellationToken stop)
    {
        await using var services = Counter.Services(settings, LogLevel.Error);
        var all = await services.GetRequiredService<HeldShelf>().ListAsync(stop);
        if (asJson)
            return JsonOutput.Print(all);

        foreach (var held in all)
            Tell(held);
        if (all.Count == 0)
            Console.Out.WriteLine("Nothing is held.");
        return Counter.Well;
    }

    private static async Task<int> ShowAsync(PostroomSettings settings, string id, bool asJson, CancellationToken stop)
    {
        await using var services = Counter.Services(settings, LogLevel.Error);
        if (await services.GetRequiredService<HeldShelf>().FindAsync(id, stop) is not { } held)
            throw new InvalidDataException($"Nothing of the id {id} is held. postroom held list shows what is.");
        if (asJson)
            return JsonOutput.Print(held);

        Tell(held);
        Console.Out.WriteLine($"  queue {held.Queue}, message as it was:");
        Console.Out.WriteLine("  " + Counter.Safe(held.Message));
        return Counter.Well;
    }
}
