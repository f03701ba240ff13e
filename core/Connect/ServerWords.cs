using System.Text;
using MailKit;

namespace Postroom.Connect;

/// <summary>
/// Keeps the server's own words: the first line it sent since our last command. MailKit turns every -ERR at login into
/// the same empty exception, and swallows what QUIT is answered; both matter. What we send is never kept.
/// </summary>
internal sealed class ServerWords : IProtocolLogger
{
    // A reply has at most 512 octets (RFC 1939 §3).
    private const int MostOctets = 512;

    private readonly byte[] line = new byte[MostOctets];
    private int length;

    /// <summary>The line, without control characters; empty if the server said nothing.</summary>
    public string Last => Plain(Encoding.UTF8.GetString(line, 0, length).Split('\n')[0]);

    /// <summary>The last refusal, even if we went on to try something else; null if there was none.</summary>
    public string? Refusal { get; private set; }

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>A server's line for people: no control characters, no more than a reply may have.</summary>
    public static string Plain(string text) =>
        string.Concat((text.Length > MostOctets ? text[..MostOctets] : text).Where(static c => !char.IsControl(c))).Trim();

    public void LogConnect(Uri uri) => length = 0;

    public void LogClient(byte[] buffer, int offset, int count) => length = 0;

    public void LogServer(byte[] buffer, int offset, int count)
    {
        var taken = Math.Min(count, MostOctets - length);
        if (taken == 0)
            return;
        buffer.AsSpan(offset, taken).CopyTo(line.AsSpan(length));
        length += taken;
        if (line.AsSpan(0, length).StartsWith("-ERR"u8))
            Refusal = Last;
    }

    public void Dispose() { }
}
