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
    public string Last
    {
        get
        {
            var text = Encoding.UTF8.GetString(line, 0, length).Split('\n')[0];
            return string.Concat(text.Where(static c => !char.IsControl(c))).Trim();
        }
    }

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    public void LogConnect(Uri uri) => length = 0;

    public void LogClient(byte[] buffer, int offset, int count) => length = 0;

    public void LogServer(byte[] buffer, int offset, int count)
    {
        var taken = Math.Min(count, MostOctets - length);
        buffer.AsSpan(offset, taken).CopyTo(line.AsSpan(length));
        length += taken;
    }

    public void Dispose() { }
}
