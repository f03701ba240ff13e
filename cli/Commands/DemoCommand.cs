using System.CommandLine;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Cli.Demo;
using Postroom.Cli.Host;
using Postroom.Deliver;
using Postroom.Mail;
using Postroom.Receive;
using Postroom.Settings;
using Postroom.Store;
using Spectre.Console;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom demo</c>: the same as <c>run</c>, with a provider, settings and letters of its own, below <c>.demo/</c>.</summary>
internal static class DemoCommand
{
    private const string Folder = ".demo";

    public static Command Create()
    {
        var untilIdle = new Option<bool>("--until-idle") { Description = "Exit when every sample letter is on its desk." };
        var command = new Command("demo", "Show a letter's whole way with a sample provider and sample letters.") { untilIdle };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => RunAsync(parsed.GetValue(untilIdle), stop)));
        return command;
    }

    private static async Task<int> RunAsync(bool untilIdle, CancellationToken stop)
    {
        var folder = Path.GetFullPath(Folder);
        if (System.IO.Directory.Exists(folder))
            System.IO.Directory.Delete(folder, recursive: true);
        System.IO.Directory.CreateDirectory(folder);

        Console.Out.WriteLine("Starting a sample provider that speaks POP3 over TLS");
        var mailboxes = SampleLetters.Fill();
        await using var provider = await SampleProvider.StartAsync(mailboxes, folder, stop);
        var ports = Emulator.FreePorts();
        await using var emulator = await Emulator.StartAsync(Path.Combine(folder, "azurite"), ports.Blob, ports.Queue, ports.Table, Console.Out.WriteLine, stop);
        var settingsFile = await WriteSettingsAsync(provider, folder, ports, stop);
        var settings = SettingsReader.Read(SettingsFile.Read(settingsFile), new Dictionary<string, string>(), folder);

        await using var services = Counter.Services(settings, LogLevel.Warning);
        using var office = new PostOffice(services, QueueRules.Read(Path.Combine(AppContext.BaseDirectory, "host.json")));
        office.Report.Progress += static line => Console.Out.WriteLine("  " + Counter.Safe(line));
        await services.GetRequiredService<OfficeStorage>().PrepareAsync(stop);
        await using var door = SmtpDoor.For(services, alone: false);
        await door.StartAsync(stop);
        Console.Out.WriteLine($"Handing a letter to the SMTP door on {door.EndPoint}");
        await SampleSender.SendAsync(door.EndPoint, "iris.vogel@garten.example", "clara@example.com", SampleLetters.InPerson(), stop);
        Console.Out.WriteLine("Collecting, sorting and delivering");
        var left = await office.RunUntilIdleAsync(stop);
        Console.Out.WriteLine();
        var rows = await RowsAsync(office.Report, settings, stop);
        Print(rows);

        var expected = SampleLetters.Names.Sum(static m => m.Value.Length) + 1;
        var arrived = rows.Select(static r => r.Letter).Distinct().Count();
        var intact = rows.All(static r => r.Intact);
        Console.Out.WriteLine($"{arrived} of {expected} letters, {rows.Count} copies on {rows.Select(static r => r.Desk).Distinct().Count()} desks, "
            + (intact ? "each byte for byte as it was sent below our trace headers." : "and not all of them as they were sent."));
        var well = left == 0 && arrived == expected && intact && office.Report.Held == 0;
        if (untilIdle || !well)
            return well ? Counter.Well : Counter.Trouble;

        Console.Out.WriteLine($"The demo goes on collecting and receiving until Ctrl-C. In another terminal: ./postroom trace anna@example.com --settings {Path.GetRelativePath(Environment.CurrentDirectory, settingsFile)}");
        await RunCommand.ServeAsync(office, door, stop);
        return Counter.Well;
    }

    private static async Task<string> WriteSettingsAsync(SampleProvider provider, string folder, (int Blob, int Queue, int Table) ports, CancellationToken stop)
    {
        var values = DemoSettings.For(provider, Path.Combine(folder, "mail"));
        values["Storage"] = DemoStorage.ConnectionString(ports);
        var file = Path.Combine(folder, "settings.json");
        await File.WriteAllTextAsync(file, JsonOutput.Text(new Dictionary<string, object> { ["IsEncrypted"] = false, ["Values"] = values }), stop);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static async Task<List<Row>> RowsAsync(OfficeReport report, PostroomSettings settings, CancellationToken stop)
    {
        var samples = SampleLetters.Fill().Values.SelectMany(static m => m.Letters).Append(SampleLetters.InPerson()).ToDictionary(static l => MessageId(l.Content.Span), StringComparer.Ordinal);
        List<Row> rows = [];
        foreach (var delivery in report.Deliveries.OrderBy(static d => d.Letter.Account).ThenBy(static d => d.Letter.MessageId).ThenBy(static d => d.Letter.Mailbox))
        {
            if (delivery.Outcome is not DeliveryOutcome.Delivered delivered || delivery.Letter is not { } letter)
                continue;
            var sample = samples.GetValueOrDefault(letter.MessageId ?? "");
            var file = await File.ReadAllBytesAsync(delivered.Answer, stop);
            rows.Add(new(
                sample?.Name ?? letter.Id,
                letter.Account is { } account ? $"{account} ({settings.Accounts[account].Host})" : "the SMTP door",
                letter.DecidedBy, letter.Mailbox,
                Path.GetRelativePath(Environment.CurrentDirectory, delivered.Answer),
                sample is not null && file.AsSpan().EndsWith(sample.Content.Span)));
        }

        return rows;
    }

    private static string MessageId(ReadOnlySpan<byte> letter)
    {
        var scanner = new HeaderScanner(CandidateHeaders.Always);
        scanner.Write(letter);
        return scanner.Finish().Text("Message-ID") ?? "";
    }

    private static void Print(List<Row> rows)
    {
        string[] titles = ["letter", "came from", "decided by", "desk", "file"];
        if (Counter.IsTerminal)
        {
            var table = new Table().AddColumns(titles).RoundedBorder();
            foreach (var row in rows)
                table.AddRow(row.Cells.Select(static c => Markup.Escape(Counter.Safe(c))).ToArray());
            AnsiConsole.Write(table);
            return;
        }

        var widths = titles.Select((t, i) => Math.Max(t.Length, rows.Select(r => r.Cells[i].Length).DefaultIfEmpty().Max())).ToList();
        foreach (var cells in rows.Select(static r => r.Cells).Prepend(titles))
        {
            var line = new StringBuilder();
            for (var i = 0; i < cells.Length; i++)
                line.Append(CultureInfo.InvariantCulture, $"{Counter.Safe(cells[i]).PadRight(widths[i])}  ");
            Console.Out.WriteLine(line.ToString().TrimEnd());
        }

        Console.Out.WriteLine();
    }

    private sealed record Row(string Letter, string CameFrom, string DecidedBy, string Desk, string File, bool Intact)
    {
        public string[] Cells => [Letter, CameFrom, DecidedBy, Desk, File];
    }
}
