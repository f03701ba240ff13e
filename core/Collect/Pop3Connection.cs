using System.Net.Sockets;
using MailKit;
using MailKit.Net.Pop3;
using MailKit.Security;
using Postroom.Accounts;
using Postroom.Connect;
using AuthenticationException = MailKit.Security.AuthenticationException;

namespace Postroom.Collect;

/// <summary>
/// A logged-in POP3 session. Trusts nothing of the server but what its certificate proves. STANDARDS: RFC 1939, 2449
/// (CAPA, response codes), 2595 (STLS), 5034 (AUTH), 8314 (TLS first).
/// </summary>
internal sealed class Pop3Connection : IAsyncDisposable
{
    private readonly Account account;
    private readonly TimeProvider time;
    private readonly ServerWords words = new();
    private BoundedStream stream = null!;

    private Pop3Connection(Account account, TimeProvider time)
    {
        (this.account, this.time) = (account, time);
        Client = new Pop3Client(words);
    }

    public Pop3Client Client { get; }

    /// <summary>The server's answer to the last command.</summary>
    public string Words => words.Last;

    /// <summary>Whether what is said is encrypted.</summary>
    public bool IsSecure => stream.IsSecure;

    /// <summary>Least time between two log-ins as the server announced it (RFC 2449 §6.5); zero if it did not.</summary>
    public TimeSpan LogInDelay => TimeSpan.FromSeconds(Math.Clamp(Client.LoginDelay, 0, 86_400));

    /// <summary>Whether an end of a letter had to be guessed: then nothing may be deleted in this session.</summary>
    public bool EndGuessed => stream.EndGuessed;

    /// <summary>Connects and logs in.</summary>
    /// <param name="account">The account.</param>
    /// <param name="seenTls">Whether the server once offered TLS: then its password never goes without (the ratchet).</param>
    /// <param name="time">Clock for all limits of time.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="CollectFailedException">It could not be done; the message says what was tried and what to change.</exception>
    public static async Task<Pop3Connection> OpenAsync(Account account, bool seenTls, TimeProvider time, CancellationToken stop)
    {
        var connection = new Pop3Connection(account, time);
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

    /// <summary>Begins a phase of the session: MailKit may be asked for that much and no more.</summary>
    public void Allow(Bound bound, Func<Task>? beforeFirst = null) => stream.Allow(bound, beforeFirst);

    /// <summary>Asks for a listing and reads its lines, whatever MailKit thinks of them.</summary>
    /// <param name="ask">The command.</param>
    /// <param name="letters">Letters the mailbox has; numbers above are none of ours.</param>
    public async Task<List<(int Number, string Text)>> ListAsync(Func<Task> ask, int letters)
    {
        var lines = new ReplyLines(letters);
        Allow(Bound.Listing);
        stream.Listener = lines;
        try
        {
            await ask();
        }
        catch (Pop3ProtocolException) when (lines.Ended && Client.IsConnected)
        {
            // One line was odd. All of them were read, and the next reply is the next command's.
        }
        finally
        {
            stream.Listener = null;
        }

        return lines.Lines;
    }

    /// <summary>Ends the session so that deletions count (RFC 1939 §6).</summary>
    /// <returns>Whether the server confirmed with +OK. MailKit itself does not say.</returns>
    public async Task<bool> QuitAsync(CancellationToken stop)
    {
        Allow(Bound.Replies(1));
        try
        {
            await Client.DisconnectAsync(quit: true, stop);
        }
        catch (Exception e) when (e is TimeoutException or SocketException)
        {
            // Unconfirmed; Words is empty then.
        }

        stop.ThrowIfCancellationRequested();
        return Words.StartsWith("+OK", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>One sentence for what went wrong on the wire; null for what is no matter of the wire.</summary>
    public string? Explain(Exception failure) => failure switch
    {
        System.Security.Authentication.AuthenticationException => $"{Where}: no TLS session came about ({FirstLine(failure.InnerException?.Message ?? failure.Message)}). If the server speaks TLS only after STLS, write Accounts__{account.Name}__Security = StartTls and the right Port.",
        InvalidDataException => $"{Where}: {failure.Message} The password was not sent.",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => $"{Where}: there is no host of that name. Look at Accounts__{account.Name}__Host.",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"{Where}: nothing listens there. Look at Accounts__{account.Name}__Host and Accounts__{account.Name}__Port.",
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown } broken => $"{Where}: the connection broke ({broken.Message}).",
        SocketException socket => $"{Where}: no connection ({socket.Message}).",
        Pop3CommandException => $"{Where}: the server refused a command. It said: {Words}",
        Pop3ProtocolException => $"{Where}: the server does not speak POP3 as it should. It said: {Words}",
        BoundExceededException or TimeoutException => $"{Where}: {failure.Message}",
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
        if (stream is not null)
            await stream.DisposeAsync();
    }

    private string Where => account.Server.ToString();

    private async Task ConnectAsync(bool seenTls, CancellationToken stop)
    {
        // On an unusual port nobody knows what the server speaks. TLS first: a plain server answers a TLS greeting at
        // once with nonsense, while a TLS server answers silence with silence.
        Pop3Dial.Way[] ways = account.Security switch
        {
            Security.Tls => [Pop3Dial.Way.Tls],
            Security.StartTls => [Pop3Dial.Way.StartTls],
            Security.None => [Pop3Dial.Way.Plain],
            _ => account.Port switch
            {
                995 => [Pop3Dial.Way.Tls],
                110 => [Pop3Dial.Way.StartTlsIfOffered],
                _ => [Pop3Dial.Way.Tls, Pop3Dial.Way.StartTlsIfOffered],
            },
        };
        foreach (var way in ways)
        {
            var dial = new Pop3Dial(account, time);
            try
            {
                stream = await dial.DialAsync(way, stop);
                break;
            }
            catch (System.Security.Authentication.AuthenticationException e) when (dial.Refusal is { } refusal)
            {
                throw new CollectFailedException($"{Where}: {refusal}", e);
            }
            catch (Exception e) when (e is System.Security.Authentication.AuthenticationException or IOException && e is not BoundExceededException && way != ways[^1])
            {
                // Not TLS: the next way may fit.
            }
            catch (Exception e) when (Explain(e) is { } sentence)
            {
                throw new CollectFailedException(sentence, e);
            }
        }

        if (account.Security == Security.Auto && seenTls && !stream.IsSecure)
            throw new CollectFailedException($"{Where}: this server offers no TLS, although it did before or nobody has said that it need not. The password was not sent. If the provider really has no TLS, write Accounts__{account.Name}__Security = None.");
        try
        {
            stream.Allow(Bound.Greeting);
            await Client.ConnectAsync(stream, account.Host, account.Port, SecureSocketOptions.None, stop);
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            throw new CollectFailedException(sentence, e);
        }
    }

    private async Task LogInAsync(CancellationToken stop)
    {
        // They bind the log-in to the TLS session, of which MailKit knows nothing here.
        foreach (var mechanism in Client.AuthenticationMechanisms.Where(static m => m.EndsWith("-PLUS", StringComparison.OrdinalIgnoreCase)).ToList())
            Client.AuthenticationMechanisms.Remove(mechanism);
        stream.Allow(Bound.LogIn);
        try
        {
            await Client.AuthenticateAsync(account.UserName, account.Password, stop);
        }
        catch (Pop3ProtocolException) when (Client.IsConnected && Client.IsAuthenticated && Client.Count > 0)
        {
            // MailKit tried whether there is UIDL and could not read the answer. We are in, and shall see.
        }
        catch (Exception e) when (!Client.IsAuthenticated && words.Refusal is { } said && e is AuthenticationException or Pop3CommandException or IOException or Pop3ProtocolException)
        {
            throw NotLetIn(said, e);
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            throw new CollectFailedException(sentence, e);
        }
    }

    private CollectFailedException NotLetIn(string said, Exception e)
    {
        var refusal = LogInWords.Read(said);
        return new(refusal switch
        {
            LogInRefusal.InUse => $"{Where}: the mailbox is in use by another program, it is tried again soon. The server said: {said}",
            LogInRefusal.TooSoon => $"{Where}: the server wants longer pauses between two log-ins. It said: {said} If this goes on, write a longer Accounts__{account.Name}__Interval.",
            LogInRefusal.Trouble => $"{Where}: the server has trouble of its own, it is tried again later. It said: {said}",
            LogInRefusal.LastingTrouble => $"{Where}: the server has trouble that somebody must mend; ask the provider. It said: {said}",
            _ => $"{Where}: the log-in as {account.UserName} was refused. The server said: {said} Look at Accounts__{account.Name}__UserName and Accounts__{account.Name}__Password.",
        }, e)
        { Refusal = refusal, LogInDelay = LogInDelay };
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
