using System.Net.Sockets;
using System.Security.Authentication;
using MailKit;
using MailKit.Net.Pop3;
using MailKit.Security;
using AuthenticationException = MailKit.Security.AuthenticationException;
using Postroom.Accounts;

namespace Postroom.Collect;

/// <summary>
/// A logged-in POP3 session. Trusts nothing of the server but what its certificate proves. STANDARDS: RFC 1939, 2449
/// (CAPA, response codes), 2595 (STLS), 5034 (AUTH), 8314 (TLS first).
/// </summary>
internal sealed class Pop3Connection : IAsyncDisposable
{
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromMinutes(2);
    private readonly Account account;
    private readonly ServerWords words = new();
    private readonly CertificateCheck certificate;

    private Pop3Connection(Account account)
    {
        this.account = account;
        certificate = new(account);
        Client = new Pop3Client(words)
        {
            Timeout = (int)ReplyTimeout.TotalMilliseconds,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            // As other collectors do: an authority's list that cannot be reached must not stop the mail.
            CheckCertificateRevocation = false,
            ServerCertificateValidationCallback = certificate.Accept,
        };
    }

    public Pop3Client Client { get; }

    /// <summary>The server's answer to the last command.</summary>
    public string Words => words.Last;

    /// <summary>Connects and logs in.</summary>
    /// <param name="account">The account.</param>
    /// <param name="seenTls">Whether the server once offered TLS: then its password never goes without (the ratchet).</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="CollectFailedException">It could not be done; the message says what was tried and what to change.</exception>
    public static async Task<Pop3Connection> OpenAsync(Account account, bool seenTls, CancellationToken stop)
    {
        var connection = new Pop3Connection(account);
        try
        {
            await connection.ConnectAsync(seenTls, stop);
            await connection.LogInAsync(stop);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task ConnectAsync(bool seenTls, CancellationToken stop)
    {
        // On an unusual port nobody knows what the server speaks. TLS first: a plain server answers a TLS greeting at
        // once with nonsense, while a TLS server answers silence with silence.
        SecureSocketOptions[] ways = account.Security switch
        {
            Security.Tls => [SecureSocketOptions.SslOnConnect],
            Security.StartTls => [SecureSocketOptions.StartTls],
            Security.None => [SecureSocketOptions.None],
            _ => account.Port switch
            {
                995 => [SecureSocketOptions.SslOnConnect],
                110 => [SecureSocketOptions.StartTlsWhenAvailable],
                _ => [SecureSocketOptions.SslOnConnect, SecureSocketOptions.StartTlsWhenAvailable],
            },
        };
        foreach (var way in ways)
        {
            try
            {
                await Client.ConnectAsync(account.Host, account.Port, way, stop);
                break;
            }
            catch (SslHandshakeException e) when (certificate.Refusal is { } refusal)
            {
                throw new CollectFailedException($"{Where}: {refusal}", e);
            }
            catch (Exception e) when (e is SslHandshakeException or System.Security.Authentication.AuthenticationException && way != ways[^1])
            {
                // Not TLS: the next way may fit.
            }
            catch (Exception e) when (Explain(e) is { } sentence)
            {
                throw new CollectFailedException(sentence, e);
            }
        }

        if (account.Security == Security.Auto && seenTls && !Client.IsSecure)
            throw new CollectFailedException($"{Where}: this server offers no TLS, although it did before or nobody has said that it need not. The password was not sent. If the provider really has no TLS, write Accounts__{account.Name}__Security = None.");
    }

    private async Task LogInAsync(CancellationToken stop)
    {
        try
        {
            await Client.AuthenticateAsync(account.UserName, account.Password, stop);
        }
        catch (AuthenticationException e)
        {
            throw new CollectFailedException(
                IsBusy(Words)
                    ? $"{Where}: the mailbox is in use by another program, it is tried again later. The server said: {Words}"
                    : $"{Where}: the log-in as {account.UserName} was refused. The server said: {Words} Look at Accounts__{account.Name}__UserName and Accounts__{account.Name}__Password.", e);
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            throw new CollectFailedException(sentence, e);
        }
    }

    /// <summary>Ends the session so that deletions count (RFC 1939 §6).</summary>
    /// <returns>Whether the server confirmed with +OK. MailKit itself does not say.</returns>
    public async Task<bool> QuitAsync(CancellationToken stop)
    {
        await Client.DisconnectAsync(quit: true, stop);
        return Words.StartsWith("+OK", StringComparison.Ordinal);
    }

    /// <summary>One sentence for what went wrong on the wire; null for what is no matter of the wire.</summary>
    public string? Explain(Exception failure) => failure switch
    {
        SslHandshakeException or System.Security.Authentication.AuthenticationException => $"{Where}: no TLS session came about ({failure.InnerException?.Message ?? FirstLine(failure.Message)}). If the server speaks TLS only after STLS, write Accounts__{account.Name}__Security = StartTls and the right Port.",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => $"{Where}: there is no host of that name. Look at Accounts__{account.Name}__Host.",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"{Where}: nothing listens there. Look at Accounts__{account.Name}__Host and Accounts__{account.Name}__Port.",
        SocketException socket => $"{Where}: no connection ({socket.Message}).",
        NotSupportedException => $"{Where}: the server does not offer STLS, and no password goes without TLS. Write Accounts__{account.Name}__Security = Tls and port 995 if it offers that.",
        Pop3CommandException => $"{Where}: the server refused a command. It said: {Words}",
        Pop3ProtocolException => $"{Where}: the server does not speak POP3 as it should. It said: {Words}",
        TimeoutException => $"{Where}: no answer within {ReplyTimeout.TotalMinutes:0} minutes.",
        IOException or ServiceNotConnectedException => $"{Where}: the connection broke ({FirstLine(failure.Message)}).",
        _ => null,
    };

    public async ValueTask DisposeAsync()
    {
        // Without QUIT: nothing that was marked is deleted.
        if (Client.IsConnected)
            await Client.DisconnectAsync(quit: false);
        Client.Dispose();
        words.Dispose();
    }

    private string Where => $"{account.Host}:{account.Port}";

    // "[IN-USE]" (RFC 2449 §8.1.2), "[LOGIN-DELAY]" (§8.1.1), "[SYS/TEMP]" (RFC 3206 §3), and what older servers write instead.
    private static bool IsBusy(string words) =>
        new[] { "[IN-USE]", "[LOGIN-DELAY]", "[SYS/TEMP]", "lock", "busy", "in use", "try again", "too many" }
            .Any(w => words.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
