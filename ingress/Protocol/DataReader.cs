using System.Buffers;

namespace Postroom.Receive.Protocol;

/// <summary>
/// Reads a letter after DATA: finds its one true end, takes out the doubled dots, and notices what no letter may hold.
/// Pure: bytes in, bytes out, cut anywhere.
/// </summary>
/// <remarks>
/// SECURITY: only CR LF . CR LF ends a letter (RFC 5321 §4.1.1.4). A server before us may have taken another sequence for
/// text; if we took it for the end, what follows would be commands of a stranger's (SMTP smuggling, CVE-2023-51764). So
/// anything with a bare CR or LF in it is read to its true end, and refused there.
/// </remarks>
internal struct DataReader
{
    /// <summary>Octets of a line without CR LF (RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6).</summary>
    public const int LongestLine = 998;

    private static readonly SearchValues<byte> Special = SearchValues.Create("\r\n\0"u8);

    private At at;
    private int column;

    // The first is where a letter begins: the CR LF of the DATA line counts as the one before the dot (RFC 5321 §4.1.1.4).
    private enum At
    {
        LineStart,
        Line,
        Cr,
        DotAtLineStart,
        CrAfterDot,
        End,
    }

    /// <summary>Whether the end was seen; no byte behind it was touched.</summary>
    public readonly bool Ended => at == At.End;

    /// <summary>Whether it holds a bare CR or LF, a NUL, or a line that is too long.</summary>
    public bool Malformed { get; private set; }

    /// <summary>Reads on until the input is used up, the room is full, or the letter ends.</summary>
    /// <param name="input">What came next.</param>
    /// <param name="room">Where the letter's own bytes go; at least two.</param>
    /// <param name="consumed">Bytes of <paramref name="input"/> that are done with.</param>
    /// <param name="written">Bytes of <paramref name="room"/> that were filled.</param>
    public void Read(ReadOnlySpan<byte> input, Span<byte> room, out int consumed, out int written)
    {
        consumed = written = 0;
        while (consumed < input.Length && at != At.End)
        {
            // A CR is held back until its LF is there; with it two bytes may be due.
            if (room.Length - written < 2)
                return;
            var b = input[consumed];
            switch (at)
            {
                case At.LineStart when b == '.':
                    at = At.DotAtLineStart;
                    consumed++;
                    break;
                case At.DotAtLineStart when b == '\r':
                    at = At.CrAfterDot;
                    consumed++;
                    break;
                case At.CrAfterDot when b == '\n':
                    at = At.End;
                    consumed++;
                    break;
                case At.CrAfterDot or At.Cr when b != '\n':
                    // What it was before matters no more: the letter is refused.
                    Malformed = true;
                    at = At.Line;
                    room[written++] = (byte)'\r';
                    break;
                case At.Cr:
                    room[written++] = (byte)'\r';
                    room[written++] = (byte)'\n';
                    consumed++;
                    column = 0;
                    at = At.LineStart;
                    break;
                default:
                    at = At.Line;
                    ReadLine(input[consumed..], room[written..], ref consumed, ref written);
                    break;
            }
        }
    }

    private void ReadLine(ReadOnlySpan<byte> input, Span<byte> room, ref int consumed, ref int written)
    {
        var end = input.IndexOfAny(Special);
        var text = end < 0 ? input : input[..end];
        if (text.Length > room.Length)
        {
            text = text[..room.Length];
            end = -1;
        }

        text.CopyTo(room);
        consumed += text.Length;
        written += text.Length;
        column += text.Length;
        if (column > LongestLine)
            Malformed = true;
        if (end < 0)
            return;
        if (input[end] == '\r')
        {
            at = At.Cr;
            consumed++;
            return;
        }

        // LF or NUL. If there is room the byte stays, as in a letter that nobody will keep it matters little.
        Malformed = true;
        column = 0;
        consumed++;
    }
}
