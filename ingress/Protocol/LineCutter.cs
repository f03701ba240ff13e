using System.Buffers;

namespace Postroom.Receive.Protocol;

/// <summary>What stands at the front of what a client sent.</summary>
internal enum LineFound
{
    /// <summary>No whole line yet.</summary>
    Nothing,

    /// <summary>A line.</summary>
    Line,

    /// <summary>A line that is no command for its line end, or for that of the one before.</summary>
    BadLineEnd,

    /// <summary>A line over the limit; nothing of it was kept.</summary>
    TooLong,

    /// <summary>A line far over the limit that goes on still.</summary>
    Endless,
}

/// <summary>Cuts command lines from the stream. Remembers only what concerns the line it is in.</summary>
internal struct LineCutter
{
    /// <summary>Octets of a line with CR LF. RFC 5321 §4.5.3.1.4 says 512; the parameters of SIZE, DSN and SMTPUTF8 add to it.</summary>
    public const int Longest = 2048;

    private const int Endless = 64 << 10;

    private bool skipping;
    private bool afterBareLf;
    private bool lastWasCr;
    private int skipped;

    /// <param name="buffer">What came; what is done with is taken off its front.</param>
    /// <param name="line">Room for <see cref="Longest"/> octets.</param>
    /// <param name="length">Octets of the line without CR LF.</param>
    public LineFound Cut(ref ReadOnlySequence<byte> buffer, Span<byte> line, out int length)
    {
        length = 0;
        if (skipping)
            return Skip(ref buffer);
        if (buffer.PositionOf((byte)'\n') is not { } at)
        {
            if (buffer.Length < Longest)
                return LineFound.Nothing;
            (skipping, skipped, lastWasCr) = (true, 0, false);
            return Skip(ref buffer);
        }

        var found = buffer.Slice(0, buffer.GetPosition(1, at));
        buffer = buffer.Slice(found.End);
        // What follows a bare LF in its line is not to be executed either: somebody may have meant it as text.
        var suspect = afterBareLf;
        if (found.Length > Longest)
        {
            if (EndsWithCrLf(found))
            {
                afterBareLf = false;
                return LineFound.TooLong;
            }

            (skipping, skipped, lastWasCr) = (true, (int)Math.Min(found.Length, Endless), false);
            return Skip(ref buffer);
        }

        found.CopyTo(line);
        var whole = line[..(int)found.Length];
        afterBareLf = !whole.EndsWith("\r\n"u8);
        length = whole.Length - 2;
        return suspect || afterBareLf ? LineFound.BadLineEnd : LineFound.Line;
    }

    private LineFound Skip(ref ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryRead(out var b))
        {
            if (b == '\n' && lastWasCr)
            {
                buffer = buffer.Slice(reader.Position);
                skipping = afterBareLf = false;
                return LineFound.TooLong;
            }

            lastWasCr = b == '\r';
            if (++skipped > Endless)
                return LineFound.Endless;
        }

        buffer = buffer.Slice(buffer.End);
        return LineFound.Nothing;
    }

    private static bool EndsWithCrLf(ReadOnlySequence<byte> found)
    {
        Span<byte> end = stackalloc byte[2];
        found.Slice(found.Length - 2).CopyTo(end);
        return end.SequenceEqual("\r\n"u8);
    }
}
