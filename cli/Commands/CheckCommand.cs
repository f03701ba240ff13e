using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Cli.Host;
using Postroom.Collect;
using Postroom.Deliver;
using Postroom.Settings;
using Postroom.Store;
using Spectre.Console;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom check</c>: tries everything the settings name, and changes nothing.</summary>
internal static class CheckCommand
{
    // Log-ins side by side.
    private const int Together = 8;

    public static Command Create(Option<string> settings)
    {
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var command = new Command("check", "Try storage, every account and every target. Exit code 0: all well; 1: something is wrong; 2: the settings are.") { json };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => CheckAsync(
            Counter.Settings(parsed.GetValue(settings)!), Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(settings)!))!, parsed.GetValue(json), stop)));
        return command;
    }

    private static async Task<int> CheckAsync(PostroomSettings settings, string folder, bool asJson, CancellationToken stop)
    {
        await using var emulator = settings.Storage.IsDevelopment
            ? await Emulator.EnsureAsync(Path.Combine(folder, ".azurite", "data"), Console.Error.WriteLine, stop)
            : null;
        await using var services = Counter.Services(settings, LogLevel.None);
        List<Finding> findings = [new("settings", "", null, null)];
        var storage = await StorageAsync(services.GetRequiredService<OfficeStorage>(), stop);
        findings.Add(storage);
        findings.AddRange(settings.Targets.Values.OrderBy(static t => t.Name, StringComparer.OrdinalIgnoreCase).Select(static t => new Finding("target", t.Name, TargetCheck.Problem(t), null)));
        findings.AddRange(storage.Problem is null
            ? await AccountsAsync(settings, services.GetRequiredService<AccountCheck>(), stop)
            : [new("account", "", "Accounts were not tried: what is known of them lies in the storage account.", null)]);
        if (asJson)
            JsonOutput.Print(findings);
        else if (Counter.IsTerminal)
            Show(findings);
        else
            findings.ForEach(static f => Console.Out.WriteLine(Counter.Safe($"{f.Title}: {f.Words}")));
        return findings.TrueForAll(static f => f.Problem is null) ? Counter.Well : Counter.Trouble;
    }

    private static async Task<Finding> StorageAsync(OfficeStorage storage, CancellationToken stop)
    {
        try
        {
            await storage.PrepareAsync(stop);
            return new("storage", "", null, null);
        }
        catch (Exception e) when (e is Azure.RequestFailedException or AggregateException or Azure.Identity.AuthenticationFailedException)
        {
            var cause = e is AggregateException { InnerExceptions: [var first, ..] } ? first : e;
            return new("storage", "", $"The storage account cannot be used: {cause.Message.Split('\n')[0].Trim()} Look at Storage.", null);
        }
    }

    private static async Task<IReadOnlyList<Finding>> AccountsAsync(PostroomSettings settings, AccountCheck check, CancellationToken stop)
    {
        var accounts = settings.Accounts.Values.OrderBy(static a => a.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var findings = new Finding[accounts.Count];
        await Parallel.ForAsync(0, accounts.Count, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = stop }, async (i, token) =>
        {
            if (!accounts[i].Enabled)
            {
                findings[i] = new("account", accounts[i].Name, null, "It is switched off.");
                return;
            }

            var found = await check.LogInAsync(accounts[i], token);
            findings[i] = new("account", found.Account, found.Problem, found.Warning) { Letters = found.Letters };
        });
        return findings;
    }

    private static void Show(List<Finding> findings)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("what", "name", "");
        foreach (var finding in findings)
        {
            var style = new Style(finding.Problem is not null ? Color.Red : finding.Warning is not null ? Color.Yellow : Color.Green);
            table.AddRow(new Text(finding.What), new Text(finding.Name), new Text(Counter.Safe(finding.Words), style));
        }

        AnsiConsole.Write(table);
    }

    /// <param name="What">What was tried.</param>
    /// <param name="Name">Which of them.</param>
    /// <param name="Problem">What is wrong, in a sentence; null if nothing is.</param>
    /// <param name="Warning">What should be better; null if nothing.</param>
    private sealed record Finding(string What, string Name, string? Problem, string? Warning)
    {
        public int? Letters { get; init; }

        internal string Title => Name.Length == 0 ? What : $"{What} {Name}";

        internal string Words =>
            Problem is null
                ? $"well{(Letters is { } letters ? $", {OfficeReport.Count(letters, "letter")} there" : "")}{(Warning is null ? "" : $". {Warning}")}"
                : $"{Problem}{(Warning is null ? "" : $" {Warning}")}";
    }
}
