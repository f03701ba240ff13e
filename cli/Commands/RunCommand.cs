using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Cli.Host;
using Postroom.Collect;
using Postroom.Deliver;
using Postroom.Receive;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom run</c>: all stages in one process.</summary>
internal static class RunCommand
{
    public static Command Create(Option<string> settings)
    {
        var untilIdle = new Option<bool>("--until-idle") { Description = "Collect every account once, work off the queues and exit. Exit code 0 only if everything went well." };
        var verbose = new Option<bool>("--verbose") { Description = "Log what each stage does." };
        var command = new Command("run", "Collect, receive, sort and deliver on this machine until Ctrl-C.") { untilIdle, verbose };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => RunAsync(
            Counter.Settings(parsed.GetValue(settings)!), Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(settings)!))!,
            parsed.GetValue(untilIdle), parsed.GetValue(verbose), stop)));
        return command;
    }

    private static async Task<int> RunAsync(PostroomSettings settings, string folder, bool untilIdle, bool verbose, CancellationToken stop)
    {
        var rules = QueueRules.Read(Path.Combine(AppContext.BaseDirectory, "host.json"));
        await using var emulator = settings.Storage.IsDevelopment
            ? await Emulator.EnsureAsync(Path.Combine(folder, ".azurite", "data"), Console.Out.WriteLine, stop)
            : null;
        var level = verbose ? LogLevel.Information : untilIdle ? LogLevel.Error : LogLevel.Warning;
        await using var services = Counter.Services(settings, level);
        using var office = new PostOffice(services, rules);
        office.Report.Progress += static line => Console.Out.WriteLine(Counter.Safe(line));
        if (untilIdle)
            return Summary(office.Report, await office.RunUntilIdleAsync(stop));

        Console.Out.WriteLine($"Postroom collects {OfficeReport.Count(settings.Accounts.Count, "account")}. Ctrl-C ends it.");
        if (!settings.Smtp.Enabled)
        {
            await office.RunAsync(stop);
            return Counter.Well;
        }

        await services.GetRequiredService<OfficeStorage>().PrepareAsync(stop);
        await using var door = SmtpDoor.For(services, alone: false);
        await door.StartAsync(stop);
        Console.Out.WriteLine($"The SMTP door is open on {door.EndPoint}.");
        await ServeAsync(office, door, stop);
        return Counter.Well;
    }

    /// <summary>All stages and an open door until stopped. The door shuts at once; letters that are coming in are finished.</summary>
    internal static async Task ServeAsync(PostOffice office, SmtpDoor door, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var shut = door.StopAtAsync(over.Token);
        try
        {
            await office.RunAsync(stop);
        }
        finally
        {
            await over.CancelAsync();
            await shut;
        }
    }

    /// <summary>Says how the run went; the exit code follows from the same facts.</summary>
    private static int Summary(OfficeReport report, int left)
    {
        var collected = report.Accounts.Values.Sum(static a => a switch
        {
            CollectOutcome.Collected c => c.Letters,
            CollectOutcome.Failed f => f.Letters,
            _ => 0,
        });
        Console.Out.WriteLine($"{OfficeReport.Count(collected, "letter")} collected, {report.Delivered} delivered, {report.Held} held{(report.Copies > 0 ? $", {OfficeReport.Count(report.Copies, "copy", "copies")} of letters that lie there already" : "")}.");
        var failed = report.Accounts.Where(static a => a.Value is not CollectOutcome.Collected).Select(static a => a.Key).Order().ToList();
        var refused = report.PutAside + report.Deliveries.Count(static d => d.Outcome is DeliveryOutcome.Refused);
        if (failed.Count > 0)
            Console.Out.WriteLine($"Not collected: {string.Join(", ", failed)}.");
        if (left > 0)
            Console.Out.WriteLine($"{OfficeReport.Count(left, "message")} in the queues wait for their next attempt; a later run sees to them.");
        if (refused > 0)
            Console.Out.WriteLine("Letters are held that a person must look at: postroom held list");
        return failed.Count == 0 && left == 0 && refused == 0 ? Counter.Well : Counter.Trouble;
    }
}
