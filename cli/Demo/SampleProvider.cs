using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace Postroom.Cli.Demo;

/// <summary>
/// A mail provider for the demo: POP3 with TLS from the first byte, on 127.0.0.1 only. It keeps everything in memory and
/// is meant for nothing but <c>postroom demo</c>.
/// </summary>
internal sealed class SampleProvider : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, SampleMailbox> _mailboxes;
    private readonly SampleCertificate _certificate;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _sessions = [];
    private readonly Task _accepting;

    private SampleProvider(IReadOnlyDictionary<string, SampleMailbox> mailboxes, SampleCertificate certificate, string caFile)
    {
        _mailboxes = mailboxes;
        _certificate = certificate;
        CaFile = caFile;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public static string Host { get; } = IPAddress.Loopback.ToString();

    /// <summary>The free port it found.</summary>
    public int Port { get; }

    /// <summary>PEM file with the one authority to trust for this provider.</summary>
    public string CaFile { get; }

    /// <summary>Opens every mailbox of this provider. Drawn at start and kept in memory only.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The log-in names.</summary>
    public IEnumerable<string> UserNames => _mailboxes.Keys;

    /// <summary>Writes the authority's certificate and starts to listen.</summary>
    /// <param name="mailboxes">Log-in name → mailbox.</param>
    /// <param name="folder">Where <see cref="CaFile"/> goes; made when missing.</param>
    /// <param name="stop">Gives up starting; a running provider ends with <see cref="DisposeAsync"/>.</param>
    public static async Task<SampleProvider> StartAsync(
        IReadOnlyDictionary<string, SampleMailbox> mailboxes, string folder, CancellationToken stop)
    {
        var certificate = SampleCertificate.Create(TimeProvider.System);
        try
        {
            var caFile = Path.Combine(System.IO.Directory.CreateDirectory(folder).FullName, "sample-provider-ca.pem");
            await File.WriteAllTextAsync(caFile, certificate.AuthorityPem, stop);
            return new SampleProvider(mailboxes, certificate, caFile);
        }
        catch
        {
            certificate.Dispose();
            throw;
        }
    }

    /// <summary>Drops every session where it stands, as a provider that goes down: what was not ended by QUIT stays undeleted.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _accepting;
        // A session that failed in a way SessionAsync does not expect is told here.
        await Task.WhenAll(_sessions);
        _certificate.Dispose();
        _stop.Dispose();
    }

    /// <summary>The mailbox this name and password open, if any.</summary>
    internal SampleMailbox? Find(string userName, string password) =>
        password == Password ? _mailboxes.GetValueOrDefault(userName) : null;

    private async Task AcceptAsync()
    {
        using (_listener)
        {
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                    _sessions.RemoveAll(session => session.IsCompletedSuccessfully);
                    _sessions.Add(SessionAsync(client));
                }
            }
            catch (OperationCanceledException)
            {
                // DisposeAsync asked for it.
            }
        }
    }

    private async Task SessionAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificateContext = _certificate.Context }, _stop.Token);
                await new SampleSession(new Pop3Line(tls), Find).RunAsync(_stop.Token);
                await tls.ShutdownAsync();
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or AuthenticationException
            or OperationCanceledException or TimeoutException)
        {
            // The client hung up, fell silent or does not trust us, or we stop. It has noticed; nobody else needs to.
        }
    }
}
