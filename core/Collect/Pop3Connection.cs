using MailKit.Net.Pop3;
using MailKit.Security;
using Postroom.Accounts;
using Postroom.Connect;

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
    private readonly ServerConnection server;

    private Pop3Connection(Account account)
    {
        this.account = account;
        server = new(account.Server, "STLS");
        Client = new Pop3Client(words);
        server.Prepare(Client, ReplyTimeout);
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
        try
        {
            await server.ConnectAsync(Client, 995, 110, demandTls: false, stop);
        }
        catch (ConnectFailedException e)
        {
            throw new CollectFailedException(e.Message, e);
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
        Pop3CommandException => $"{Where}: the server refused a command. It said: {Words}",
        Pop3ProtocolException => $"{Where}: the server does not speak POP3 as it should. It said: {Words}",
        TimeoutException => $"{Where}: no answer within {ReplyTimeout.TotalMinutes:0} minutes.",
        _ => server.Explain(failure),
    };

    public async ValueTask DisposeAsync()
    {
        // Without QUIT: nothing that was marked is deleted.
        if (Client.IsConnected)
            await Client.DisconnectAsync(quit: false);
        Client.Dispose();
        words.Dispose();
    }

    private string Where => account.Server.ToString();

    // "[IN-USE]" (RFC 2449 §8.1.2), "[LOGIN-DELAY]" (§8.1.1), "[SYS/TEMP]" (RFC 3206 §3), and what older servers write instead.
    private static bool IsBusy(string words) =>
        new[] { "[IN-USE]", "[LOGIN-DELAY]", "[SYS/TEMP]", "lock", "busy", "in use", "try again", "too many" }
            .Any(w => words.Contains(w, StringComparison.OrdinalIgnoreCase));
}
