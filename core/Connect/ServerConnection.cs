using System.Net.Sockets;
using System.Security.Authentication;
using MailKit;
using MailKit.Security;
using Postroom.Accounts;

namespace Postroom.Connect;

/// <summary>
/// How every stage connects to a server: the same protection, the same trust, the same sentences. STANDARDS: RFC 8314
/// (TLS first), RFC 2595 and 3207 (STLS, STARTTLS).
/// </summary>
/// <param name="server">The server.</param>
/// <param name="upgrade">The command that turns a plain connection into TLS.</param>
internal sealed class ServerConnection(ServerAddress server, string upgrade)
{
    /// <summary>Old protocols only help those who listen in.</summary>
    public const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>What the server's certificate is held against.</summary>
    public CertificateCheck Certificate { get; } = new(server);

    /// <summary>Sets up a MailKit client before it connects.</summary>
    public void Prepare(MailService client, TimeSpan replyTimeout)
    {
        client.Timeout = (int)replyTimeout.TotalMilliseconds;
        client.SslProtocols = Protocols;
        // As other mail programs do: an authority's list that cannot be reached must not stop the mail.
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = Certificate.Accept;
    }

    /// <summary>Connects a MailKit client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="tlsPort">Port on which everybody speaks TLS from the first byte.</param>
    /// <param name="plainPort">Port on which everybody begins plain.</param>
    /// <param name="demandTls">Whether <see cref="Security.Auto"/> stops at nothing less than TLS.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="ConnectFailedException">It could not be done.</exception>
    public async Task ConnectAsync(MailService client, int tlsPort, int plainPort, bool demandTls, CancellationToken stop)
    {
        var ways = Ways(tlsPort, plainPort, demandTls);
        foreach (var way in ways)
        {
            try
            {
                await client.ConnectAsync(server.Host, server.Port, way, stop);
                return;
            }
            catch (SslHandshakeException e) when (Certificate.Refusal is { } refusal)
            {
                throw new ConnectFailedException($"{server}: {refusal}", e);
            }
            catch (Exception e) when (e is SslHandshakeException or System.Security.Authentication.AuthenticationException && way != ways[^1])
            {
                // Not TLS: the next way may fit.
            }
            catch (Exception e) when (Explain(e) is { } sentence)
            {
                throw new ConnectFailedException(sentence, e);
            }
        }
    }

    // On an unusual port nobody knows what the server speaks. TLS first: a plain server answers a TLS greeting at once
    // with nonsense, while a TLS server answers silence with silence.
    private SecureSocketOptions[] Ways(int tlsPort, int plainPort, bool demandTls)
    {
        var upgraded = demandTls ? SecureSocketOptions.StartTls : SecureSocketOptions.StartTlsWhenAvailable;
        return server.Security switch
        {
            Security.Tls => [SecureSocketOptions.SslOnConnect],
            Security.StartTls => [SecureSocketOptions.StartTls],
            Security.None => [SecureSocketOptions.None],
            _ when server.Port == tlsPort => [SecureSocketOptions.SslOnConnect],
            _ when server.Port == plainPort => [upgraded],
            _ => [SecureSocketOptions.SslOnConnect, upgraded],
        };
    }

    /// <summary>One sentence for what went wrong on the wire; null for what is no matter of the wire.</summary>
    public string? Explain(Exception failure) => failure switch
    {
        ConnectFailedException => failure.Message,
        SslHandshakeException or System.Security.Authentication.AuthenticationException when Certificate.Refusal is { } refusal => $"{server}: {refusal}",
        SslHandshakeException or System.Security.Authentication.AuthenticationException => $"{server}: no TLS session came about ({failure.InnerException?.Message ?? FirstLine(failure.Message)}). If the server speaks TLS only after {upgrade}, write {server.Setting}Security = StartTls and the right Port.",
        SocketException when server.SocketPath is not null => $"{server}: no connection to this socket ({failure.Message}). Look at {server.Setting}Host.",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => $"{server}: there is no host of that name. Look at {server.Setting}Host.",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"{server}: nothing listens there. Look at {server.Setting}Host and {server.Setting}Port.",
        SocketException socket => $"{server}: no connection ({socket.Message}).",
        NotSupportedException => $"{server}: the server does not offer {upgrade}, and no password goes without TLS. Write {server.Setting}Security = Tls and its TLS port if it has one.",
        TimeoutException => $"{server}: no answer in time.",
        IOException or ServiceNotConnectedException => $"{server}: the connection broke ({FirstLine(failure.Message)}).",
        _ => null,
    };

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
