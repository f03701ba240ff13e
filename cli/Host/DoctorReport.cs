using System.Globalization;
using Postroom.Accounts;
using Postroom.Doctor;

namespace Postroom.Cli.Host;

/// <summary>Puts a diagnosis into words, for people and for scripts.</summary>
internal static class DoctorReport
{
    public static void Tell(Account account, MailboxSample sample, Diagnosis diagnosis, IReadOnlyList<string> forgiven, bool withTable)
    {
        Line($"Account {account.Name}: looked at {sample.Letters.Count} of {OfficeReport.Count(sample.Total, "letter")}; nothing was fetched, marked or deleted.");
        if (sample.Refused > 0)
            Line($"{OfficeReport.Count(sample.Refused, "letter")} the server lists and would not show.");
        if (!withTable)
            Line("The directory table was not read, for the storage account does not answer: only addresses in the settings count.");
        foreach (var provider in diagnosis.Providers)
            Line($"Written by {provider.Entry.Name}, by the marks in {OfficeReport.Count(provider.Letters, "letter")}.");
        Headers(diagnosis);
        Present(account, diagnosis, forgiven);
        Recommendation(diagnosis);
        if (diagnosis.Warnings.Count > 0)
            Line("");
        foreach (var warning in diagnosis.Warnings)
            Line("! " + warning);
        if (diagnosis.Missing is { } missing)
        {
            Line("");
            Line("What to ask the provider for:");
            Line("  " + missing);
        }
    }

    public static object Json(Account account, MailboxSample sample, Diagnosis diagnosis, IReadOnlyList<string> forgiven, bool withTable) => new
    {
        account = account.Name,
        letters = new { total = sample.Total, sampled = sample.Letters.Count, refused = sample.Refused },
        directory = withTable ? "settings and table" : "settings",
        providers = diagnosis.Providers.Select(static p => new { name = p.Entry.Name, letters = p.Letters }),
        headers = diagnosis.Headers,
        present = diagnosis.Present,
        presentProblems = forgiven,
        recommendation = diagnosis.Recommendation is { } r
            ? new { settings = r.Lines.ToDictionary(static l => l.Name, static l => l.Value), percent = r.Percent, confidence = r.Confidence, place = r.Place, trial = r.Trial, evidence = r.Evidence }
            : null,
        warnings = diagnosis.Warnings,
        missing = diagnosis.Missing,
    };

    private static void Headers(Diagnosis diagnosis)
    {
        if (diagnosis.Headers.Count == 0)
        {
            Line("No header carries an address in the account's domains.");
            return;
        }

        Line("");
        Line("Headers with addresses in the account's domains:");
        List<string[]> rows = [["header", "letters", "place", "lines", "values", "as Received", "placed"]];
        rows.AddRange(diagnosis.Headers.Select(h => new[]
        {
            h.Name, Share(h.Letters, diagnosis.Letters), Place(h.Place), Average(h.LinesPerLetter), Average(h.ValuesPerLine),
            h.Comparable == 0 || h.Name == "Received" ? "-" : Share(h.Agreeing, h.Comparable),
            h.Placed is { } placed ? Share(placed, diagnosis.Letters) : "written by senders",
        }));
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(r => r[column].Length)).ToList();
        foreach (var row in rows)
            Line("  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static void Present(Account account, Diagnosis diagnosis, IReadOnlyList<string> forgiven)
    {
        Line("");
        if (forgiven.Count > 0)
            Line("Present setting: none that can be used.");
        foreach (var problem in forgiven)
            Line("  - " + problem);
        if (account.Mailbox is { } mailbox)
            Line($"Present setting: every letter goes to mailbox {mailbox}. For a multidrop account remove Accounts__{account.Name}__Mailbox.");
        if (diagnosis.Present is { Setting: { } setting } present)
            Line($"Present setting: {Words(setting)}: {Words(present)}");
    }

    private static void Recommendation(Diagnosis diagnosis)
    {
        if (diagnosis.Recommendation is not { } recommended)
        {
            Line("No setting works for this mailbox.");
            return;
        }

        Line($"Recommended ({recommended.Confidence} confidence, {recommended.Percent} %): {Words(recommended.Trial)}");
        foreach (var line in recommended.Lines)
            Line($"  {line.Name} = {line.Value}");
        Line("Write these and no other Multidrop settings for the account. It rests on lines such as:");
        foreach (var quotation in recommended.Evidence)
            Line($"  {quotation.Line}   -> {string.Join(", ", quotation.Recipients)}");
    }

    private static string Words(Multidrop setting) =>
        setting.Mode == MultidropMode.Received
            ? $"Received lines of {string.Join(", ", setting.Hosts)}"
            : $"{setting.FieldName}, {setting.Occurrence}{(setting.Skip > 0 ? $", skip {setting.Skip}" : "")}{(setting.Prefix is { } prefix ? $", prefix {prefix}" : "")}";

    private static string Words(Trial trial)
    {
        var words = new List<string> { $"{trial.Placed} of {OfficeReport.Count(trial.Letters, "letter")} reach a desk" };
        if (trial.CatchAll > 0)
            words.Add($"{trial.CatchAll} of them by a catch-all");
        if (trial.Unknown > 0)
            words.Add($"{trial.Unknown} for addresses nobody has");
        if (trial.Undetermined > 0)
            words.Add($"{trial.Undetermined} without a recipient");
        if (trial.Doubtful > 0)
            words.Add($"{trial.Doubtful} by a line a sender can forge");
        return string.Join(", ", words) + ".";
    }

    private static string Place(LinePlace place) => place switch
    {
        LinePlace.Top => "above Received",
        LinePlace.Inside => "between Received",
        LinePlace.Entrance => "below Received",
        LinePlace.Bottom => "bottom",
        LinePlace.Sender => "sender's part",
        _ => "mixed",
    };

    private static string Share(int part, int all) =>
        string.Create(CultureInfo.InvariantCulture, $"{part} ({100.0 * part / Math.Max(1, all):0} %)");

    private static string Average(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);

    // Everything here may quote a stranger.
    private static void Line(string text) => Console.Out.WriteLine(Counter.Safe(text));
}
