using System.Text;

namespace Postroom.Directory;

/// <summary>Records of a CSV text (RFC 4180 §2), whatever ends its lines. Knows on which line each one began.</summary>
internal sealed class CsvReader(string text, char separator)
{
    private readonly StringBuilder field = new();
    private int position;
    private int next = 1;

    /// <summary>Line on which the last record began.</summary>
    public int Line { get; private set; }

    /// <summary>What is wrong with the quotation marks of the last record and what to write; null: nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the next record.</summary>
    /// <param name="fields">Filled with its fields, blanks around them removed.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead(List<string> fields)
    {
        fields.Clear();
        Problem = null;
        if (position >= text.Length) return false;
        Line = next;
        do fields.Add(ReadField());
        while (TrySkip(separator));
        EndLine();
        return true;
    }

    private string ReadField()
    {
        while (position < text.Length && text[position] == ' ') position++;
        if (TrySkip('"')) return ReadQuoted();
        var start = position;
        SkipToEnd();
        var plain = text.AsSpan(start, position - start);
        if (plain.Contains('"'))
            Problem = "a quotation mark stands inside a field; put the whole field in quotation marks and write the inner one twice";
        return plain.Trim().ToString();
    }

    private string ReadQuoted()
    {
        field.Clear();
        while (position < text.Length)
        {
            var c = text[position++];
            if (c == '"' && !TrySkip('"'))
            {
                var end = position;
                SkipToEnd();
                if (!text.AsSpan(end, position - end).IsWhiteSpace())
                    Problem = "there is text behind the closing quotation mark; a quotation mark inside a quoted field is written twice";
                return field.ToString().Trim();
            }

            if (c is '\n' || (c is '\r' && !(position < text.Length && text[position] == '\n'))) next++;
            field.Append(c);
        }

        Problem = "a quotation mark opens here and is never closed; close it or remove it";
        return field.ToString();
    }

    private void SkipToEnd()
    {
        while (position < text.Length && text[position] != separator && text[position] is not ('\r' or '\n')) position++;
    }

    private bool TrySkip(char c)
    {
        if (position >= text.Length || text[position] != c) return false;
        position++;
        return true;
    }

    private void EndLine()
    {
        if (TrySkip('\r') | TrySkip('\n')) next++;
    }
}
