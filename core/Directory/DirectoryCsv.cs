using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Postroom.Directory;

/// <summary>The directory table as a file for spreadsheets; docs/directory.md describes it.</summary>
internal static class DirectoryCsv
{
    private const string Columns = "address,mailbox,target";

    // A piece of the table holds more than twice this, so that a row is never cut.
    private const int MaxRowLength = 8_000;

    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create("\",;\r\n");

    private enum Column
    {
        Address,
        Mailbox,
        Target,
        Unknown,
    }

    /// <summary>The text of a file; null with a problem if it is not UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<byte> file, List<string> problems)
    {
        if (file is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            problems.Add("The file is UTF-16. In the spreadsheet choose \"CSV UTF-8\" when saving.");
            return null;
        }

        if (file is [0xEF, 0xBB, 0xBF, ..]) file = file[3..];
        if (Utf8.IsValid(file)) return Encoding.UTF8.GetString(file);

        var wrong = new List<int>();
        var line = 0;
        foreach (var range in file.Split((byte)'\n'))
        {
            line++;
            if (!Utf8.IsValid(file[range])) wrong.Add(line);
        }

        // Mostly the spreadsheet's old character set: one cause, one remedy, so one sentence.
        var others = wrong.Count == 1 ? "" : $" and {wrong.Count - 1} more";
        problems.Add($"Line {wrong[0]}{others}: the letters are not UTF-8. In the spreadsheet choose \"CSV UTF-8\" when saving.");
        return null;
    }

    /// <summary>The rows of a file, and what is wrong with it line by line. Says nothing about what the rows mean together.</summary>
    public static List<DirectoryRow> Read(string text, List<string> problems, Action<int>? progress = null)
    {
        var rows = new List<DirectoryRow>();
        var header = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length);
        var reader = new CsvReader(text, header.Count(';') > header.Count(',') ? ';' : ',');
        var fields = new List<string>();
        if (!reader.TryRead(fields)) problems.Add($"The file is empty; write {Columns} into its first line.");
        if (fields.Count == 0 || ReadColumns(fields, problems) is not { } columns) return rows;

        while (reader.TryRead(fields))
        {
            var place = $"Line {reader.Line}";
            if (reader.Problem is { } problem)
                problems.Add($"{place}: {problem}.");
            else if (fields.Exists(static f => f.Length > 0) && ReadRow(fields, columns, place, problems) is { } row)
                rows.Add(row);
            if (rows.Count % 1000 == 999) progress?.Invoke(rows.Count);
        }

        return rows;
    }

    /// <summary>The file that says the same.</summary>
    public static string Write(IEnumerable<DirectoryRow> rows, char separator = ',')
    {
        var text = new StringBuilder(Columns.Replace(',', separator)).Append("\r\n");
        foreach (var row in rows)
        {
            text.Append(Quoted(row.Address)).Append(separator).Append(Quoted(string.Join(' ', row.Mailboxes)));
            text.Append(separator).Append(Quoted(string.Join(' ', row.Targets))).Append("\r\n");
        }

        return text.ToString();
    }

    private static Column[]? ReadColumns(List<string> fields, List<string> problems)
    {
        var before = problems.Count;
        var columns = fields.ConvertAll(static f => f.ToUpperInvariant() switch
        {
            "ADDRESS" => Column.Address,
            "MAILBOX" => Column.Mailbox,
            "TARGET" => Column.Target,
            _ => Column.Unknown,
        }).ToArray();
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i] == Column.Unknown)
                problems.Add($"Line 1: there is no column \"{fields[i]}\"; the first line names the columns, write {Columns} (target may be left out).");
            else if (columns.AsSpan(0, i).Contains(columns[i]))
                problems.Add($"Line 1: the column {fields[i]} is there twice, remove one.");
        }

        if (problems.Count == before && !(columns.Contains(Column.Address) && columns.Contains(Column.Mailbox)))
            problems.Add($"Line 1: a column is missing; the first line names the columns, write {Columns} (target may be left out).");
        return problems.Count == before ? columns : null;
    }

    private static DirectoryRow? ReadRow(List<string> fields, Column[] columns, string place, List<string> problems)
    {
        string Field(Column column) => Array.IndexOf(columns, column) is >= 0 and var i && i < fields.Count ? fields[i] : "";

        for (var i = columns.Length; i < fields.Count; i++)
        {
            if (fields[i].Length == 0) continue;
            problems.Add($"{place}: \"{fields[i]}\" stands behind the last column, remove it or put a field with a separator in it in quotation marks.");
            return null;
        }

        var (address, mailbox) = (Field(Column.Address), Field(Column.Mailbox));
        if (fields.Sum(static f => f.Length) > MaxRowLength)
            problems.Add($"{place}: the line is longer than {MaxRowLength} characters, make a group in the settings (Groups__{{name}}__Members).");
        else if (mailbox.Length == 0)
            problems.Add($"{place}: the mailbox is missing, write the one that gets the letters for {address}.");
        else
            return new(address, Names(mailbox), Names(Field(Column.Target)), place);
        return null;
    }

    private static string[] Names(string field) => field.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
