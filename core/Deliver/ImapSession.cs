using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using Postroom.Connect;
using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>A logged-in IMAP session that puts letters into folders. STANDARDS: RFC 9051, 3501, 7889 (APPENDLIMIT), 5530 (response codes).</summary>
internal sealed class ImapSession : IAsyncDisposable
{
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromMinutes(2);

    private readonly ServerAddress server;
    private readonly ServerWords words = new();
    private readonly ServerConnection connection;
    private readonly ImapClient client;
    private readonly Dictionary<string, IMailFolder> folders = new(StringComparer.Ordinal);

    private ImapSession(ServerAddress server)
    {
        this.server = server;
        connection = new(server, "STARTTLS");
        client = new ImapClient(words);
        connection.Prepare(client, ReplyTimeout);
    }

    /// <summary>Whether another letter can be put.</summary>
    public bool IsUsable => client.IsConnected && client.IsAuthenticated;

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="ConnectFailedException">It could not be done; the message says why.</exception>
    public static async Task<ImapSession> OpenAsync(Target target, string user, CancellationToken stop)
    {
        var session = new ImapSession(target.Server!);
        try
        {
            await session.connection.ConnectAsync(session.client, 993, 143, demandTls: true, stop);
            await session.LogInAsync(target, user, stop);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private async Task LogInAsync(Target target, string user, CancellationToken stop)
    {
        try
        {
            await client.AuthenticateAsync(user, target.Password!, stop);
        }
        catch (AuthenticationException e)
        {
            throw new ConnectFailedException($"{server}: the log-in as {user} was refused. The server said: {Said(e.Message)} Look at {server.Setting}UserName and {server.Setting}Password.", e) { IsLogIn = true };
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            throw new ConnectFailedException(sentence, e);
        }
    }

    /// <summary>Puts one letter into a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="letter">The letter.</param>
    /// <param name="spool">Its bytes.</param>
    /// <param name="lookFirst">Whether an earlier attempt may have put it there.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<DeliveryOutcome> PutAsync(string path, DeliverLetter letter, LetterSpool spool, bool lookFirst, CancellationToken stop)
    {
        try
        {
            if (client.AppendLimit is { } limit && spool.Bytes.Length > limit)
                return new DeliveryOutcome.Refused($"{server}: takes letters of at most {limit} octets, and this one has {spool.Bytes.Length} (RFC 7889).");
            var folder = await FolderAsync(path, stop);
            if (lookFirst && await FindAsync(folder, letter, stop))
                return new DeliveryOutcome.Delivered($"{server}: lies in {path} already.");
            using var raw = RawLetter.Dress(spool.Bytes);
            var uid = await folder.AppendAsync(new AppendRequest(raw, MessageFlags.None, letter.Received), stop);
            return new DeliveryOutcome.Delivered($"{server}: lies in {path}{(uid is { } known ? $" as {known.Id}" : "")}.");
        }
        catch (ImapCommandException e)
        {
            // It may have been removed while this session remembered it ([TRYCREATE]): look anew next time.
            folders.Clear();
            var said = Said(e.ResponseText);
            // RFC 5530 §3 and RFC 7889 §4 call these final; everything else a person can mend while the letter waits.
            return said.Contains("[CANNOT]", StringComparison.OrdinalIgnoreCase) || said.Contains("[TOOBIG]", StringComparison.OrdinalIgnoreCase)
                ? new DeliveryOutcome.Refused($"{server}: {said}")
                : new DeliveryOutcome.Deferred($"{server}: {said}");
        }
    }

    // By the letter's id and by whom it is for: letters for several desks may share one folder. By the date too, which we
    // gave it: a server that has no index of these lines need not read the whole folder. Two days either side, as time
    // zones do not count there (RFC 9051 §6.4.4).
    private static async Task<bool> FindAsync(IMailFolder folder, DeliverLetter letter, CancellationToken stop)
    {
        await folder.OpenAsync(FolderAccess.ReadOnly, stop);
        var found = await folder.SearchAsync(SearchQuery.HeaderContains(TraceHeaders.IdField, letter.Id)
            .And(SearchQuery.HeaderContains("Delivered-To", letter.Recipient ?? letter.Mailbox))
            .And(SearchQuery.DeliveredAfter(letter.Received.UtcDateTime.AddDays(-2)))
            .And(SearchQuery.DeliveredBefore(letter.Received.UtcDateTime.AddDays(2))), stop);
        await folder.CloseAsync(expunge: false, stop);
        return found.Count > 0;
    }

    private async Task<IMailFolder> FolderAsync(string path, CancellationToken stop)
    {
        if (folders.TryGetValue(path, out var known))
            return known;
        var parts = path.Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        // INBOX has no case and no parent (RFC 9051 §5.1).
        var inInbox = parts.Length == 0 || string.Equals(parts[0], "INBOX", StringComparison.OrdinalIgnoreCase);
        var folder = inInbox ? client.Inbox! : client.GetFolder(client.PersonalNamespaces[0]);
        foreach (var part in parts.Skip(inInbox ? 1 : 0))
            folder = await BelowAsync(folder, part, stop);
        return folders[path] = folder;
    }

    private static async Task<IMailFolder> BelowAsync(IMailFolder parent, string name, CancellationToken stop)
    {
        try
        {
            return await parent.GetSubfolderAsync(name, stop);
        }
        catch (FolderNotFoundException)
        {
            try
            {
                var made = (await parent.CreateAsync(name, isMessageFolder: true, stop))!;
                // Many mail programs show nothing else.
                await made.SubscribeAsync(stop);
                return made;
            }
            catch (ImapCommandException)
            {
                // Another session may just have made it; if not, this says so.
                return await parent.GetSubfolderAsync(name, stop);
            }
        }
    }

    /// <summary>One sentence for what went wrong on the wire; null for what is no matter of the wire.</summary>
    public string? Explain(Exception failure) => failure switch
    {
        ImapProtocolException => $"{server}: the server does not speak IMAP as it should. It said: {words.Last}",
        ImapCommandException command => $"{server}: {Said(command.ResponseText)}",
        FolderNotFoundException missing => $"{server}: the folder {missing.FolderName} cannot be made.",
        ServiceNotAuthenticatedException => $"{server}: the session ended.",
        _ => connection.Explain(failure),
    };

    // MailKit leaves the response code out, and sometimes everything.
    private string Said(string text)
    {
        var line = words.Last;
        foreach (var status in new[] { " NO ", " BAD " })
            if (line.IndexOf(status, StringComparison.Ordinal) is > 0 and < 20 and var at)
                return line[(at + 1)..];
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        if (client.IsConnected)
            await client.DisconnectAsync(quit: false);
        client.Dispose();
        words.Dispose();
    }
}
