using System.Globalization;

namespace Postroom.Cli.Demo;

/// <summary>One line a client sent: a keyword, in capitals, and what follows the first blank.</summary>
internal readonly record struct Pop3Command(string Keyword, string Argument)
{
    /// <summary>The arguments of commands that take numbers; a text that is no number counts as -1, which nothing has.</summary>
    public int[] Numbers =>
        [.. Argument.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];

    /// <summary>Keywords are not case-sensitive (RFC 1939 §3). The argument stays as it is: a password may hold blanks (§7, PASS).</summary>
    public static Pop3Command Parse(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0
            ? new(line.ToUpperInvariant(), "")
            : new(line[..blank].ToUpperInvariant(), line[(blank + 1)..]);
    }
}
