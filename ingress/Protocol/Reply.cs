using System.Globalization;
using System.Text;

namespace Postroom.Receive.Protocol;

/// <summary>One reply line, ready to send. No byte of a client's is ever in it.</summary>
internal sealed class Reply
{
    /// <param name="code">RFC 5321 §4.2.</param>
    /// <param name="enhanced">RFC 3463; null where RFC 2034 §3 wants none.</param>
    /// <param name="text">For people; ASCII.</param>
    /// <param name="source">The paragraph that wants it.</param>
    public Reply(int code, string? enhanced, string text, string source)
    {
        (Code, Enhanced, Text, Source) = (code, enhanced, text, source);
        Line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{code} {(enhanced is null ? "" : enhanced + " ")}{text}\r\n"));
    }

    public int Code { get; }

    public string? Enhanced { get; }

    public string Text { get; }

    public string Source { get; }

    /// <summary>As it goes out.</summary>
    public ReadOnlyMemory<byte> Line { get; }

    /// <summary>Whether the connection ends with it (RFC 5321 §3.8).</summary>
    public bool Closes => Code is 221 or 421;
}
