using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Postroom.Accounts;
using Postroom.Connect;

namespace Postroom.Collect;

/// <summary>
/// Gets to a server's greeting, in TLS where it can be had, before MailKit takes over. Done here and not by MailKit so
/// that its bounds count plain octets, and so that nothing said before TLS is believed: neither a capability nor an
/// APOP challenge (RFC 2595 §4).
/// </summary>
internal sealed class Pop3Dial(Account account, TimeProvider time)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
    private readonly CertificateCheck certificate = new(account.Server);

    /// <summary>How TLS begins.</summary>
    public enum Way { Tls, StartTls, StartTlsIfOffered, Plain }

    /// <summary>Why the server's certificate was refused; null if it was not.</summary>
    public string? Refusal => certificate.Refusal;

    /// <summary>Connects; MailKit finds the greeting in the stream.</summary>
    /// <exception cref="CollectFailedException">The server does not do what the settings ask for.</exception>
    public async Task<BoundedStream> DialAsync(Way way, CancellationToken stop)
    {
        var stream = new BoundedStream(new NetworkStream(await ConnectAsync(stop), ownsSocket: true), time);
        try
        {
            if (way == Way.Tls)
                await stream.SecureAsync(Options, stop);
            var greeting = await stream.ReadLineAsync(stop);
            if (!IsOk(greeting))
                throw Greeted(greeting);
            if (way is Way.StartTls or Way.StartTlsIfOffered && await StartTlsAsync(way, stream, stop))
                greeting = "+OK";
            stream.Replay(greeting);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private string Where => $"{account.Host}:{account.Port}";

    private SslClientAuthenticationOptions Options => new()
    {
        TargetHost = account.Host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        // As other collectors do: an authority's list that cannot be reached must not stop the mail.
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = certificate.Accept,
    };

    private async Task<Socket> ConnectAsync(CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await socket.ConnectAsync(account.Host, account.Port, both.Token);
            return socket;
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"No connection came about within {ConnectTimeout.TotalSeconds:0} seconds.", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>Whether the connection is in TLS now; false only if the server offers none and none was demanded.</returns>
    private async Task<bool> StartTlsAsync(Way way, BoundedStream stream, CancellationToken stop)
    {
        if (!await OffersStartTlsAsync(stream, stop))
        {
            return way == Way.StartTlsIfOffered
                ? false
                : throw new CollectFailedException($"{Where}: the server does not offer STLS, and no password goes without TLS. Write Accounts__{account.Name}__Security = Tls and port 995 if it offers that.");
        }

        await stream.WriteLineAsync("STLS", stop);
        var answer = await stream.ReadLineAsync(stop);
        if (!IsOk(answer))
            throw new CollectFailedException($"{Where}: the server offers STLS and then refuses it, and no password goes without TLS. It said: {ServerWords.Plain(answer)}");
        await stream.SecureAsync(Options, stop);
        return true;
    }

    private static async Task<bool> OffersStartTlsAsync(BoundedStream stream, CancellationToken stop)
    {
        await stream.WriteLineAsync("CAPA", stop);
        if (!IsOk(await stream.ReadLineAsync(stop)))
            return false;
        var offered = false;
        for (string line; (line = await stream.ReadLineAsync(stop)) != ".";)
            offered |= line.Trim().Equals("STLS", StringComparison.OrdinalIgnoreCase);
        return offered;
    }

    private CollectFailedException Greeted(string greeting)
    {
        var words = ServerWords.Plain(greeting);
        return greeting.StartsWith("-ERR", StringComparison.OrdinalIgnoreCase)
            ? new($"{Where}: the server greets with a refusal, it is tried again later. It said: {words}") { Refusal = LogInWords.Read(words) is LogInRefusal.TooSoon ? LogInRefusal.TooSoon : LogInRefusal.Trouble }
            : new($"{Where}: what listens there does not speak POP3. It said: {words} Look at Accounts__{account.Name}__Host and Accounts__{account.Name}__Port.");
    }

    private static bool IsOk(string reply) => reply.StartsWith("+OK", StringComparison.OrdinalIgnoreCase);
}
