using System.Text;
using System.Text.Unicode;

namespace Postroom.Cli.Host;

/// <summary>A stored letter for a person to read: as it is, but no byte of it may steer the terminal.</summary>
internal static class LetterText
{
    // A longer line is shown in pieces; memory does not grow with the letter.
    private const int LongestPiece = 65_536;

    /// <summary>Its lines, safe to show.</summary>
    /// <param name="letter">The raw bytes.</param>
    /// <param name="headerOnly">Whether to end at the first empty line.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async IAsyncEnumerable<string> LinesAsync(
        Stream letter, bool headerOnly, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop = default)
    {
        var buffer = new byte[16_384];
        using var line = new MemoryStream();
        for (int read; (read = await letter.ReadAsync(buffer, stop)) > 0;)
        {
            for (var at = 0; at < read;)
            {
                var end = Array.IndexOf(buffer, (byte)'\n', at, read - at);
                var take = Math.Min((end < 0 ? read : end) - at, LongestPiece - (int)line.Length);
                line.Write(buffer, at, take);
                at += take;
                if (at != end && line.Length < LongestPiece)
                    continue;
                if (at == end)
                    at++;
                var text = Text(line.GetBuffer().AsSpan(0, (int)line.Length));
                line.SetLength(0);
                if (headerOnly && text.Length == 0)
                    yield break;
                yield return text;
            }
        }

        if (line.Length > 0)
            yield return Text(line.GetBuffer().AsSpan(0, (int)line.Length));
    }

    private static string Text(ReadOnlySpan<byte> line)
    {
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        var text = Utf8.IsValid(line) ? Encoding.UTF8.GetString(line) : Encoding.Latin1.GetString(line);
        return Counter.Safe(text.Replace('\t', ' '));
    }
}
