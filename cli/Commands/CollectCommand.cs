using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Accounts;
using Postroom.Cli.Host;
using Postroom.Collect;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom collect</c>: one account, once, now.</summary>
internal static class CollectCommand
{
    public static Command Create(Option<string> settings)
    {
        var account = new Argument<string>("ACCOUNT") { Description = "The account's name in the settings." };
        var command = new Command("collect", "Collect one account once, now, whether it is due or not. What it brings waits in the queue for a run to sort and deliver it.") { account };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => CollectAsync(
            Counter.Settings(parsed.GetValue(settings)!), Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(settings)!))!, parsed.GetValue(account)!, stop)));
        return command;
    }

    private static async Task<int> CollectAsync(PostroomSettings settings, string folder, string name, CancellationToken stop)
    {
        if (!settings.Accounts.TryGetValue(name, out var account))
            throw new InvalidDataException($"There is no account \"{name}\". {(settings.Accounts.Count == 0 ? "Define one with Accounts__{name}__Host." : $"There are: {string.Join(", ", settings.Accounts.Keys)}.")}");
        if (!account.Enabled)
            throw new InvalidDataException($"Account {account.Name} is switched off. Write Accounts__{account.Name}__Enabled = true.");
        await using var emulator = settings.Storage.IsDevelopment
            ? await Emulator.EnsureAsync(Path.Combine(folder, ".azurite", "data"), Console.Out.WriteLine, stop)
            : null;
        await using var services = Counter.Services(settings, LogLevel.Error);
        await services.GetRequiredService<OfficeStorage>().PrepareAsync(stop);
        var collector = services.GetRequiredService<Collector>();
        collector.Progress += Tell;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var outcome = await collector.CollectAsync(CollectMessage.For(account.Name, now, forced: true), stop);
        switch (outcome)
        {
            case CollectOutcome.Collected collected:
                Console.Out.WriteLine($"{account.Name}: {OfficeReport.Count(collected.Letters, "letter")} collected, {collected.LeftOnServer} left on the server.");
                if ((await services.GetRequiredService<AccountBook>().FindAsync(account.Name, stop))?.Remark is { } remark)
                    Console.Out.WriteLine(Counter.Safe(remark));
                return Counter.Well;
            case CollectOutcome.Busy busy:
                Console.Out.WriteLine($"{account.Name}: is being collected by {Counter.Safe(busy.Holder)}.");
                return Counter.Trouble;
            case CollectOutcome.Failed failed:
                Console.Out.WriteLine($"{account.Name}: {Counter.Safe(failed.Reason)}");
                if (failed.Letters > 0)
                    Console.Out.WriteLine($"{OfficeReport.Count(failed.Letters, "letter")} collected before that.");
                return Counter.Trouble;
            default:
                return Counter.Trouble;
        }
    }

    // A line that is written over where somebody watches; elsewhere one now and then.
    private static void Tell(CollectProgress progress)
    {
        var line = $"{progress.Account}: {progress.Done} letters collected, {progress.Left} to go";
        if (Counter.IsTerminal)
            Console.Out.Write($"\r{line}\e[K{(progress.Left == 0 ? "\r\e[K" : "")}");
        else if (progress.Done % 512 < 32 && progress.Left > 0)
            Console.Out.WriteLine(line);
    }
}
