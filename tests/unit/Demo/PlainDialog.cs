using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Postroom.Cli.Demo;
using Xunit;

namespace Postroom.Tests.Unit.Demo;

/// <summary>A POP3 connection without a POP3 client: what goes over the wire, octet by octet.</summary>
internal sealed class PlainDialog : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly SslStream _tls;

    // No test depends on this time: it only turns a server that never answers into a failure instead of a hang.
    private readonly CancellationTokenSource _patience =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private PlainDialog(TcpClient tcp, SslStream tls)
    {
        (_tcp, _tls) = (tcp, tls);
        _patience.CancelAfter(TimeSpan.FromSeconds(30));
    }

    public static async Task<PlainDialog> ConnectAsync(int port, Func<X509Certificate2, bool> trust)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(SampleProvider.Host, port, TestContext.Current.CancellationToken);
        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = SampleProvider.Host,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => trust((X509Certificate2)certificate!),
            },
            TestContext.Current.CancellationToken);
        return new(tcp, tls);
    }

    /// <summary>Sends all of it in one write.</summary>
    public async Task SendAsync(string octets) =>
        await _tls.WriteAsync(Encoding.UTF8.GetBytes(octets), _patience.Token);

    /// <summary>Sends one command and reads its one-line reply.</summary>
    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command + "\r\n");
        return await ReadLineAsync();
    }

    /// <summary>The next line without its CRLF.</summary>
    /// <exception cref="EndOfStreamException">The server has hung up.</exception>
    public async Task<string> ReadLineAsync()
    {
        var line = new List<byte>();
        var octet = new byte[1];
        while (true)
        {
            await _tls.ReadExactlyAsync(octet, _patience.Token);
            if (octet[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(octet[0]);
        }
    }

    /// <summary>Everything up to and with the line that is only a dot, as it came.</summary>
    public async Task<string> ReadToDotAsync()
    {
        var text = new StringBuilder();
        string line;
        do
        {
            line = await ReadLineAsync();
            text.Append(line).Append("\r\n");
        }
        while (line != ".");
        return text.ToString();
    }

    /// <summary>Everything until the server hangs up.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(_tls, Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync(_patience.Token);
    }

    /// <summary>Hangs up without a word.</summary>
    public void Dispose()
    {
        _tls.Dispose();
        _tcp.Dispose();
        _patience.Dispose();
    }
}
