using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Accounts;
using Postroom.Cli.Host;
using Postroom.Settings;
using Spectre.Console;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom accounts</c>: how each account fares.</summary>
internal static class AccountsCommand
{
    public static Command Create(Option<string> settings)
    {
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var command = new Command("accounts", "How each account fares: last success, last error, next poll. Exit code 1 if one of them fails.") { json };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => ListAsync(Counter.Settings(parsed.GetValue(settings)!), parsed.GetValue(json), stop)));
        return command;
    }

    private static async Task<int> ListAsync(PostroomSettings settings, bool asJson, CancellationToken stop)
    {
        await using var services = Counter.Services(settings, LogLevel.Error);
        var states = await ReadAsync(services.GetRequiredService<AccountBook>(), stop);
        var lines = settings.Accounts.Values.OrderBy(static a => a.Name, StringComparer.OrdinalIgnoreCase).Select(account =>
        {
            var state = states.GetValueOrDefault(account.Name) ?? new();
            return new Line(account.Name, account.Host, account.Enabled, state.LastSuccess, state.LastPoll, state.NextPoll, state.Failures,
                state.LastError, state.Remark, state.Letters, state.Octets, state.LeftOnServer);
        }).ToList();
        if (asJson)
            JsonOutput.Print(lines);
        else if (Counter.IsTerminal)
            Show(lines);
        else
            lines.ForEach(static l => Console.Out.WriteLine(Counter.Safe(Sentence(l))));
        return lines.Exists(static l => l.Enabled && l.LastError is not null) ? Counter.Trouble : Counter.Well;
    }

    private static async Task<IReadOnlyDictionary<string, AccountState>> ReadAsync(AccountBook book, CancellationToken stop)
    {
        try
        {
            return (await book.ReadAllAsync(stop)).States;
        }
        catch (Azure.RequestFailedException e) when (e.Status == 404)
        {
            // Nothing was ever collected into this storage account.
            return new Dictionary<string, AccountState>();
        }
    }

    private static void Show(List<Line> lines)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("account", "last success", "next poll", "collected", "left there", "what is wrong");
        foreach (var line in lines)
        {
            var words = line.LastError ?? line.Remark ?? (line.Enabled ? "" : "switched off");
            table.AddRow(new Text(line.Account), new Text(Time(line.LastSuccess)), new Text(line.Enabled ? Time(line.NextPoll) : "never"),
                new Text(line.Letters.ToString(CultureInfo.InvariantCulture)), new Text(line.LeftOnServer.ToString(CultureInfo.InvariantCulture)),
                new Text(Counter.Safe(words), line.LastError is null ? Style.Plain : new Style(Color.Red)));
        }

        AnsiConsole.Write(table);
    }

    private static string Sentence(Line line)
    {
        var state = line.Enabled
            ? $"last success {Time(line.LastSuccess)}, next poll {Time(line.NextPoll)}, {OfficeReport.Count((int)Math.Min(line.Letters, int.MaxValue), "letter")} collected, {line.LeftOnServer} left on the server"
            : "switched off";
        return $"{line.Account}: {state}.{(line.LastError is null ? "" : $" Failed {line.Failures} times: {line.LastError}")}{(line.Remark is null ? "" : $" Note: {line.Remark}")}";
    }

    private static string Time(DateTimeOffset? time) => time is { } at ? at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "never";

    private sealed record Line(
        string Account, string Host, bool Enabled, DateTimeOffset? LastSuccess, DateTimeOffset? LastPoll, DateTimeOffset? NextPoll,
        int Failures, string? LastError, string? Remark, long Letters, long Octets, int LeftOnServer);
}
