using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>A client that says exactly what a test tells it to, byte for byte.</summary>
internal sealed class SmtpClientSocket(TcpClient client) : IDisposable
{
    // A door that does not answer must fail the test, not hang it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<byte> pending = [];
    private Stream stream = client.GetStream();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, Stop);
        await stream.FlushAsync(Stop);
    }

    /// <summary>The next line without CR LF; null at the end of the connection.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Patience);
        var buffer = new byte[4096];
        while (true)
        {
            if (pending.IndexOf((byte)'\n') is var end && end >= 0)
            {
                var line = Encoding.UTF8.GetString([.. pending.Take(end + 1)]);
                pending.RemoveRange(0, end + 1);
                Assert.EndsWith("\r\n", line, StringComparison.Ordinal);
                return line[..^2];
            }

            int read;
            try
            {
                read = await stream.ReadAsync(buffer, limit.Token);
            }
            catch (IOException)
            {
                read = 0;
            }

            if (read == 0)
                return pending.Count == 0 ? null : throw new IOException("The connection ended in the middle of a line.");
            pending.AddRange(buffer.AsSpan(0, read));
        }
    }

    /// <summary>The next reply, all its lines; null at the end of the connection.</summary>
    public async Task<string?> ReadReplyAsync()
    {
        List<string> lines = [];
        while (await ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.Length < 4 || line[3] != '-')
                return string.Join('\n', lines);
        }

        return null;
    }

    /// <summary>Sends and reads one reply.</summary>
    public async Task<string?> AskAsync(string line)
    {
        await SendAsync(line + "\r\n");
        return await ReadReplyAsync();
    }

    /// <summary>Greeting, EHLO, MAIL and RCPT for Anna, DATA: the next byte is the letter's.</summary>
    public async Task BeginLetterAsync(string recipient = "anna@example.com")
    {
        Assert.StartsWith("220 ", await ReadReplyAsync(), StringComparison.Ordinal);
        foreach (var line in new[] { "EHLO client.example.org", "MAIL FROM:<sender@example.org>", $"RCPT TO:<{recipient}>" })
            Assert.StartsWith("250", await AskAsync(line), StringComparison.Ordinal);
        Assert.StartsWith("354", await AskAsync("DATA"), StringComparison.Ordinal);
    }

    /// <summary>Does the handshake.</summary>
    /// <returns>SHA-256 of the certificate that was shown.</returns>
    public async Task<string> StartTlsAsync(string name = "mx.example.com")
    {
        var tls = new SslStream(stream, false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            // Nobody vouches for it, but it must be for this name.
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown is X509Certificate2 certificate && certificate.GetNameInfo(X509NameType.DnsName, false) == name,
        }, Stop);
        stream = tls;
        return tls.RemoteCertificate!.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
    }

    /// <summary>Ends the sending side only.</summary>
    public void Shutdown() => client.Client.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        stream.Dispose();
        client.Dispose();
    }
}
