using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Postroom.Cli.Host;
using Postroom.Directory;
using Postroom.Hold;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom held</c>: what waits for a person, and what the person does about it.</summary>
internal static class HeldCommand
{
    public static Command Create(Option<string> settings) =>
        new("held", "Letters that wait for a person. Exit codes: 0 done, 1 not all of it, 2 not even begun.") { List(settings), Show(settings), Release(settings), Assign(settings) };

    private static Command List(Option<string> settings)
    {
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var filter = new HeldFilter();
        var list = new Command("list", "What waits, oldest first.") { json };
        foreach (var option in filter.Options)
            list.Add(option);
        list.SetAction((parsed, stop) => Serve(parsed.GetValue(settings)!, async (_, services) =>
        {
            var all = filter.Choose(await services.GetRequiredService<HeldShelf>().ListAsync(stop), parsed);
            if (parsed.GetValue(json))
                return JsonOutput.Print(all);
            all.ForEach(Tell);
            Console.Out.WriteLine(all.Count > 0 ? $"{all.Count} held." : filter.IsGiven(parsed) ? "Nothing like that is held." : "Nothing is held.");
            return Counter.Well;
        }, stop));
        return list;
    }

    private static Command Show(Option<string> settings)
    {
        var id = new Argument<string>("ID") { Description = "As held list shows it." };
        var body = new Option<bool>("--body") { Description = "The whole letter, not only its header." };
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var show = new Command("show", "One letter or message with all that is known of it.") { id, body, json };
        show.SetAction((parsed, stop) => Serve(parsed.GetValue(settings)!, async (_, services) =>
        {
            var held = await FindAsync(services, parsed.GetValue(id)!, stop);
            await using var bytes = held.Blob is null ? null : await services.GetRequiredService<OfficeStorage>().Letters.OpenAsync(held.Blob, stop);
            var lines = bytes is null ? null : LetterText.LinesAsync(bytes, !parsed.GetValue(body), stop);
            if (parsed.GetValue(json))
                return JsonOutput.Print(new { held, letter = lines is null ? null : await lines.ToListAsync(stop) });

            Tell(held);
            Console.Out.WriteLine();
            if (lines is null)
                Console.Out.WriteLine(held.Blob is null ? Counter.Safe(held.Message) : $"The stored letter {held.Blob} is missing from the storage account.");
            else
                await foreach (var line in lines)
                    Console.Out.WriteLine(line);
            return held.Blob is null || lines is not null ? Counter.Well : Counter.Trouble;
        }, stop));
        return show;
    }

    private static Command Release(Option<string> settings)
    {
        var ids = new Argument<string[]>("ID") { Description = "As held list shows them.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Everything that is held." };
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var filter = new HeldFilter();
        var release = new Command("release", "Sort or deliver again, with settings and directory as they are now.") { ids, all, json };
        foreach (var option in filter.Options)
            release.Add(option);
        release.SetAction((parsed, stop) => Serve(parsed.GetValue(settings)!, async (_, services) =>
        {
            var wanted = parsed.GetValue(ids) ?? [];
            var filtered = filter.IsGiven(parsed);
            if (new[] { wanted.Length > 0, parsed.GetValue(all), filtered }.Count(static given => given) != 1)
                throw new InvalidDataException("Say what to release, in one way: ids as held list shows them; or --all; or --reason, --for, --account.");
            List<HeldLetter> chosen = [];
            foreach (var one in wanted.Distinct())
                chosen.Add(await FindAsync(services, one, stop));
            if (wanted.Length == 0)
                chosen = filter.Choose(await services.GetRequiredService<HeldShelf>().ListAsync(stop), parsed);
            var desk = services.GetRequiredService<HeldRelease>();
            List<SentOn> done = [];
            foreach (var held in chosen)
                done.Add(await desk.ReleaseAsync(held, Environment.UserName, stop));
            return Answer(done, parsed.GetValue(json), null);
        }, stop));
        return release;
    }

    private static Command Assign(Option<string> settings)
    {
        var id = new Argument<string>("ID") { Description = "As held list shows it." };
        var mailbox = new Option<string>("--mailbox") { Description = "The mailbox that gets it.", HelpName = "NAME", Required = true };
        var always = new Option<bool>("--always") { Description = "Remember the letter's recipient as an address of that mailbox." };
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var assign = new Command("assign", "Give a letter to a mailbox.") { id, mailbox, always, json };
        assign.SetAction((parsed, stop) => Serve(parsed.GetValue(settings)!, async (known, services) =>
        {
            var held = await FindAsync(services, parsed.GetValue(id)!, stop);
            var name = parsed.GetValue(mailbox)!;
            var done = await services.GetRequiredService<HeldRelease>().AssignAsync(held, name, Environment.UserName, stop);
            var remembered = done is SentOn.Done && parsed.GetValue(always) ? await RememberAsync(held, name, known, services, stop) : null;
            return Answer([done], parsed.GetValue(json), remembered);
        }, stop));
        return assign;
    }

    /// <summary>Tells of one thing that waits.</summary>
    public static void Tell(HeldLetter held)
    {
        Console.Out.WriteLine($"{held.Id}  since {held.Since:u}");
        if (held.Letter is not null)
            Console.Out.WriteLine($"  letter {held.Letter}, {held.Size} octets, for {Counter.Safe(held.Mailbox ?? held.Recipient ?? "nobody known")}, from {Counter.Safe(held.Sender ?? "unknown")}, Message-ID {Counter.Safe(held.MessageId ?? "none")}");
        foreach (var line in held.Story)
            Console.Out.WriteLine($"  {line.At:u}  {Counter.Safe(line.What)}");
        Console.Out.WriteLine($"  held: {Counter.Safe(held.Reason)}");
    }

    private static Task<int> Serve(string file, Func<PostroomSettings, ServiceProvider, Task<int>> use, CancellationToken stop) =>
        Counter.ServeAsync(() => Counter.WithStorageAsync(file, use, stop));

    private static async Task<HeldLetter> FindAsync(ServiceProvider services, string id, CancellationToken stop) =>
        await services.GetRequiredService<HeldShelf>().FindAsync(id, stop)
        ?? throw new InvalidDataException($"Nothing of the id {Counter.Safe(id)} is held. postroom held list shows what is.");

    private static async Task<Remembered> RememberAsync(HeldLetter held, string mailbox, PostroomSettings settings, ServiceProvider services, CancellationToken stop)
    {
        if (held.Recipient is not { } address)
            return new(null, ["No recipient of this letter is known, so there is no address to remember."]);
        var table = new DirectoryTable(services.GetRequiredService<OfficeStorage>().Tables, services.GetRequiredService<TimeProvider>());
        return new(address, (await table.AddAsync(address, mailbox, settings.Directory, stop)).Problems);
    }

    private static int Answer(List<SentOn> done, bool asJson, Remembered? remembered)
    {
        var well = done.All(static d => d is SentOn.Done) && remembered is null or { Problems.Count: 0 };
        if (asJson)
        {
            JsonOutput.Print(new
            {
                sentOn = done.OfType<SentOn.Done>().Select(static d => new { id = d.Held.Id, letter = d.Held.Letter, at = d.Line.At, what = d.Line.What }),
                refused = done.OfType<SentOn.Refused>().Select(static r => new { id = r.Held.Id, reason = r.Reason }),
                remembered = remembered is { Problems.Count: 0 } ? remembered.Address : null,
                problems = remembered?.Problems ?? [],
            });
            return well ? Counter.Well : Counter.Trouble;
        }

        foreach (var one in done)
            Console.Out.WriteLine(one is SentOn.Refused refused ? $"{one.Held.Id} stays held. {Counter.Safe(refused.Reason)}" : $"{one.Held.Id}  {Counter.Safe(((SentOn.Done)one).Line.What)}");
        Console.Out.WriteLine(done.Count == 0
            ? "Nothing like that is held."
            : $"{OfficeReport.Count(done.Count(static d => d is SentOn.Done), "letter")} sent on; postroom run sees to what is on its way, postroom trace tells how it went.");
        if (remembered is { Problems.Count: 0 })
            Console.Out.WriteLine($"{Counter.Safe(remembered.Address)} is remembered in the directory table and counts within a minute.");
        foreach (var problem in remembered?.Problems ?? [])
            Console.Out.WriteLine($"The address is not remembered: {Counter.Safe(problem)}");
        return well ? Counter.Well : Counter.Trouble;
    }

    private sealed record Remembered(string? Address, IReadOnlyList<string> Problems);
}
