using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Postroom.Cli.Host;
using Postroom.Directory;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom directory</c>: mailboxes and aliases in Table Storage.</summary>
internal static class DirectoryCommand
{
    public static Command Create(Option<string> settings)
    {
        var from = new Argument<FileInfo>("FILE.csv") { Description = "First line: address,mailbox,target. docs/directory.md describes it." };
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var import = new Command("import", "Put a file in the place of the directory table, all of it or nothing. Exit code 1: the file has problems, all of which are told.") { from, json };
        import.SetAction((parsed, stop) => Serve(parsed.GetValue(settings)!, (known, table) => ImportAsync(known, table, parsed.GetValue(from)!, parsed.GetValue(json), stop), stop));

        var to = new Argument<FileInfo>("FILE.csv") { Description = "The file to write; one that is there is replaced." };
        var semicolon = new Option<bool>("--semicolon") { Description = "Separate with semicolons, for spreadsheets that expect them." };
        var export = new Command("export", "Write the directory table as a file that can be imported again.") { to, semicolon };
        export.SetAction((parsed, stop) => Serve(parsed.GetValue(settings)!, (_, table) => ExportAsync(table, parsed.GetValue(to)!, parsed.GetValue(semicolon) ? ';' : ',', stop), stop));
        return new("directory", "Mailboxes and aliases in Table Storage, for companies that outgrow settings.") { import, export };
    }

    private static Task<int> Serve(string file, Func<PostroomSettings, DirectoryTable, Task<int>> use, CancellationToken stop) =>
        Counter.ServeAsync(() => Counter.WithStorageAsync(file, (settings, services) =>
            use(settings, new DirectoryTable(services.GetRequiredService<OfficeStorage>().Tables, services.GetRequiredService<TimeProvider>())), stop));

    private static async Task<int> ImportAsync(PostroomSettings settings, DirectoryTable table, FileInfo file, bool asJson, CancellationToken stop)
    {
        if (!file.Exists)
            throw new InvalidDataException($"{file.FullName}: there is no such file.");
        var progress = new ProgressLine();
        await using var csv = file.OpenRead();
        var done = await table.ImportAsync(csv, settings.Directory, [.. settings.Targets.Keys], progress, stop);
        progress.End();
        if (asJson)
        {
            JsonOutput.Print(new { done.Succeeded, done.Changed, done.Addresses, done.Mailboxes, done.Problems });
            return done.Succeeded ? Counter.Well : Counter.Trouble;
        }

        foreach (var problem in done.Problems)
            await Console.Error.WriteLineAsync(Counter.Safe(problem));
        if (!done.Succeeded)
        {
            await Console.Error.WriteLineAsync($"{OfficeReport.Count(done.Problems.Count, "problem")}. Nothing was changed.");
            return Counter.Trouble;
        }

        Console.Out.WriteLine($"{OfficeReport.Count(done.Addresses, "address", "addresses")}, {OfficeReport.Count(done.Mailboxes, "mailbox", "mailboxes")} beside those of the settings. "
            + (done.Changed ? "They count within a minute everywhere." : "The table said so already."));
        return Counter.Well;
    }

    private static async Task<int> ExportAsync(DirectoryTable table, FileInfo file, char separator, CancellationToken stop)
    {
        // Beside it first: a broken-off export leaves the file that was there.
        var unfinished = file.FullName + ".new";
        try
        {
            int rows;
            await using (var csv = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
                rows = await table.ExportAsync(csv, separator, stop);
            File.Move(unfinished, file.FullName, overwrite: true);
            Console.Out.WriteLine($"{OfficeReport.Count(rows, "row")} written to {file.FullName}");
            return Counter.Well;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file.FullName} cannot be written: {e.Message}", e);
        }
        finally
        {
            if (File.Exists(unfinished))
                File.Delete(unfinished);
        }
    }

    /// <summary>Progress on standard error, so that what a script reads stays clean: one line that changes on a terminal, a line a step otherwise.</summary>
    private sealed class ProgressLine : IProgress<DirectoryProgress>
    {
        private DirectoryStep? step;

        public void Report(DirectoryProgress value)
        {
            var words = value.Step switch
            {
                DirectoryStep.Reading => "Reading rows",
                DirectoryStep.Checking => "Checking rows",
                DirectoryStep.Writing => "Writing pieces",
                _ => "In use: rows",
            };
            var text = string.Create(CultureInfo.InvariantCulture, $"{words} {value.Done}{(value.Total > 0 ? $" of {value.Total}" : "")}");
            if (!Console.IsErrorRedirected)
                Console.Error.Write($"\r\u001b[K{text}");
            else if (value.Step != step || value.Done % 10_000 == 0)
                Console.Error.WriteLine(text);
            step = value.Step;
        }

        public void End()
        {
            if (!Console.IsErrorRedirected && step is not null)
                Console.Error.Write("\r\u001b[K");
        }
    }
}
