using System.Buffers;

namespace Postroom.Cli.Demo;

/// <summary>How lines travel inside a POP3 reply: one that starts with a dot gets another in front, and a lone dot ends it all (RFC 1939 §3).</summary>
internal static class DotStuffing
{
    /// <summary>Writes the lines and the end.</summary>
    /// <param name="lines">Lines that all end in CRLF, or nothing.</param>
    /// <param name="to">Where to.</param>
    public static void Write(ReadOnlySpan<byte> lines, IBufferWriter<byte> to)
    {
        while (!lines.IsEmpty)
        {
            if (lines[0] == '.') to.Write("."u8);
            var length = lines.IndexOf("\r\n"u8) + 2;
            to.Write(lines[..length]);
            lines = lines[length..];
        }
        to.Write(".\r\n"u8);
    }
}
