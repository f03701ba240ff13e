namespace Postroom.Deliver;

/// <summary>
/// Turns a letter's bytes into what protocols of lines can carry, piece by piece: a bare LF becomes CR LF, and for DATA a
/// dot that begins a line is doubled (RFC 5321 §4.5.2). Every other byte stays, a bare CR and a NUL too.
/// </summary>
/// <remarks>A letter with bare LF cannot be sent as it is: "LF . LF" would end it at some servers and not at others.</remarks>
internal struct LetterLines(bool doubleDots)
{
    private byte last = (byte)'\n';

    /// <summary>Room that pieces of a size may need.</summary>
    public static int Most(int piece) => 2 * piece;

    /// <summary>Whether a byte beyond ASCII was among the pieces.</summary>
    public bool HasEightBit { get; private set; }

    /// <summary>Writes the next piece.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(ReadOnlySpan<byte> piece, Span<byte> to)
    {
        HasEightBit |= piece.ContainsAnyExceptInRange((byte)0, (byte)0x7F);
        var written = 0;
        while (!piece.IsEmpty)
        {
            if (doubleDots && last == '\n' && piece[0] == '.')
                to[written++] = (byte)'.';
            var end = piece.IndexOf((byte)'\n');
            var line = end < 0 ? piece : piece[..end];
            line.CopyTo(to[written..]);
            written += line.Length;
            if (!line.IsEmpty)
                last = line[^1];
            if (end < 0)
                break;
            if (last != '\r')
                to[written++] = (byte)'\r';
            to[written++] = last = (byte)'\n';
            piece = piece[(end + 1)..];
        }

        return written;
    }

    /// <summary>What ends DATA: the line's own end if the letter lacks it, the dot, CR LF.</summary>
    public readonly ReadOnlySpan<byte> End => last switch
    {
        (byte)'\n' => ".\r\n"u8,
        (byte)'\r' => "\n.\r\n"u8,
        _ => "\r\n.\r\n"u8,
    };
}
