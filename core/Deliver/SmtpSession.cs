using System.Buffers;
using System.Globalization;
using System.Text;
using Postroom.Accounts;
using Postroom.Connect;

namespace Postroom.Deliver;

/// <summary>
/// A session with an SMTP or LMTP server, for one letter after the other. LMTP differs in its greeting and in answering
/// the final dot for each recipient (RFC 2033 §4.2); as every transaction here has one recipient, that is one answer too.
/// STANDARDS: RFC 5321, 2033, 1870 (SIZE), 2920 (PIPELINING), 3207 (STARTTLS), 4954 (AUTH), 6152 (8BITMIME), 6531 (SMTPUTF8).
/// </summary>
internal sealed class SmtpSession : IAsyncDisposable
{
    private const int Piece = 32 << 10;

    private readonly Target target;
    private readonly ServerAddress server;
    private readonly SmtpPatience patience;
    private readonly ServerConnection connection;
    private readonly SmtpWire wire;
    private Dictionary<string, string> extensions = new(StringComparer.OrdinalIgnoreCase);
    private bool inTransaction;

    private SmtpSession(Target target, SmtpPatience patience, ServerConnection connection, SmtpWire wire) =>
        (this.target, server, this.patience, this.connection, this.wire) = (target, target.Server!, patience, connection, wire);

    /// <summary>How far the last letter got.</summary>
    public SmtpProgress Progress { get; private set; }

    /// <summary>Whether another letter can be sent; after a reply out of order nobody knows what the next one answers.</summary>
    public bool IsUsable { get; private set; } = true;

    private bool IsLmtp => target.Kind == TargetKind.Lmtp;

    /// <summary>Connects, greets, secures and logs in.</summary>
    /// <exception cref="ConnectFailedException">It could not be done; the message says why.</exception>
    public static async Task<SmtpSession> OpenAsync(Target target, string? user, SmtpPatience patience, CancellationToken stop)
    {
        var connection = new ServerConnection(target.Server!, "STARTTLS");
        SmtpSession? session = null;
        SmtpWire? wire = null;
        try
        {
            wire = await SmtpWire.ConnectAsync(target.Server!, patience.Connect, stop);
            session = new(target, patience, connection, wire);
            await session.GreetAsync(user, stop);
            return session;
        }
        catch (Exception e)
        {
            wire?.Dispose();
            if (e is not ConnectFailedException && session?.Explain(e) is { } sentence)
                throw new ConnectFailedException(sentence, e);
            if (session is null && connection.Explain(e) is { } unreachable)
                throw new ConnectFailedException(unreachable, e);
            throw;
        }
    }

    private async Task GreetAsync(string? user, CancellationToken stop)
    {
        var implicitTls = server.Security == Security.Tls || (server.Security == Security.Auto && server.Port == 465);
        if (implicitTls)
            await wire.SecureAsync(connection.Certificate, patience.Connect, stop);
        Expect(await wire.ReadAsync(patience.Reply, stop), "did not greet us");
        await HelloAsync(stop);
        if (!wire.IsSecure && server.SocketPath is null && server.Security is Security.StartTls or Security.Auto)
            await StartTlsAsync(user is not null, stop);
        if (user is not null)
            await LogInAsync(user, stop);
    }

    private async Task HelloAsync(CancellationToken stop)
    {
        var name = Environment.MachineName.Contains('.', StringComparison.Ordinal) ? Environment.MachineName : wire.LocalLiteral ?? "localhost";
        var reply = await CommandAsync($"{(IsLmtp ? "LHLO" : "EHLO")} {name}", stop);
        if (!reply.IsGood && !IsLmtp)
            reply = await CommandAsync($"HELO {name}", stop);
        Expect(reply, $"refused our greeting{(IsLmtp && reply.Code == 500 ? " (is it an SMTP server? Then write " + server.Setting + "Kind = Smtp)" : "")}");
        // The first line is the server's name.
        extensions = reply.Lines.Skip(1)
            .Select(static l => l.Split([' ', '='], 2))
            .GroupBy(static p => p[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static g => g.Key, static g => string.Join(' ', g.Where(static p => p.Length > 1).Select(static p => p[1])), StringComparer.OrdinalIgnoreCase);
    }

    private async Task StartTlsAsync(bool demanded, CancellationToken stop)
    {
        if (!extensions.ContainsKey("STARTTLS"))
        {
            if (demanded || server.Security == Security.StartTls)
                throw new ConnectFailedException($"{server}: the server does not offer STARTTLS, and {(demanded ? "no password goes without TLS" : "the settings ask for it")}. Write {server.Setting}Security = Tls and its TLS port if it has one.");
            return;
        }

        Expect(await CommandAsync("STARTTLS", stop), "refused STARTTLS");
        await wire.SecureAsync(connection.Certificate, patience.Connect, stop);
        // What it offered before counts no longer (RFC 3207 §4.2).
        await HelloAsync(stop);
    }

    private async Task LogInAsync(string user, CancellationToken stop)
    {
        var ways = extensions.GetValueOrDefault("AUTH", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        SmtpReply reply;
        if (ways.Contains("PLAIN", StringComparer.OrdinalIgnoreCase))
        {
            // RFC 4616 §2.
            reply = await CommandAsync("AUTH PLAIN " + Base64($"\0{user}\0{target.Password}"), stop);
        }
        else if (ways.Contains("LOGIN", StringComparer.OrdinalIgnoreCase))
        {
            reply = await CommandAsync("AUTH LOGIN", stop);
            if (reply.Code == 334)
                reply = await CommandAsync(Base64(user), stop);
            if (reply.Code == 334)
                reply = await CommandAsync(Base64(target.Password!), stop);
        }
        else
        {
            throw new ConnectFailedException(
                $"{server}: the server offers neither AUTH PLAIN nor AUTH LOGIN{(ways.Length == 0 ? "" : $", only {string.Join(", ", ways)}")}. Remove {server.Setting}UserName and Password if it asks for no log-in.");
        }

        if (!reply.IsGood)
            throw new ConnectFailedException($"{server}: the log-in as {user} was refused. The server said: {reply.Words} Look at {server.Setting}UserName and {server.Setting}Password.") { IsLogIn = true };

        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Hands over one letter.</summary>
    /// <param name="sender">Reverse path; empty for the null sender.</param>
    /// <param name="recipient">Forward path.</param>
    /// <param name="headers">Our trace headers.</param>
    /// <param name="size">Octets of <paramref name="bytes"/>; with fewer the letter is not ended.</param>
    /// <param name="bytes">The letter, read only once the server said it wants it.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<DeliveryOutcome> SendAsync(string sender, string recipient, ReadOnlyMemory<byte> headers, long size, Stream bytes, CancellationToken stop)
    {
        Progress = SmtpProgress.Asking;
        if (Ascii.IsValid(sender) is false && !extensions.ContainsKey("SMTPUTF8"))
        {
            // An LMTP server must not bounce (RFC 2033 §4.2), so the sender is for the record only, and our Return-Path has it.
            if (!IsLmtp)
                return Lacks("SMTPUTF8", $"the sender {sender} has letters beyond ASCII (RFC 6531 §3.1)");
            sender = "";
        }

        if (Ascii.IsValid(recipient) is false && !extensions.ContainsKey("SMTPUTF8"))
            return Lacks("SMTPUTF8", $"the recipient {recipient} has letters beyond ASCII (RFC 6531 §3.1)");
        var total = headers.Length + size;
        if (extensions.TryGetValue("SIZE", out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 && total > limit)
            return new DeliveryOutcome.Refused($"{server}: takes letters of at most {limit} octets, and this one has {total} (RFC 1870 §6.1).");

        var answer = await AskAsync(MailCommand(sender, recipient, total), $"RCPT TO:<{recipient}>", stop);
        if (answer is not null)
            return answer.Judge(server.ToString());
        try
        {
            return await WriteAsync(headers, size, bytes, stop);
        }
        catch (IOException) when (Progress == SmtpProgress.Writing)
        {
            // A server that hangs up in the middle of a letter mostly says why first.
            if (await LastWordsAsync(stop) is { IsGood: false } words)
                return words.Judge(server.ToString());
            throw;
        }
    }

    /// <returns>Null if the server waits for the letter, else its refusal.</returns>
    private async Task<SmtpReply?> AskAsync(string mail, string rcpt, CancellationToken stop)
    {
        // An unfinished transaction of the letter before (RFC 5321 §4.1.1.5).
        string[] commands = inTransaction ? ["RSET", mail, rcpt, "DATA"] : [mail, rcpt, "DATA"];
        inTransaction = true;
        if (!extensions.ContainsKey("PIPELINING"))
        {
            foreach (var command in commands)
            {
                var reply = await CommandAsync(command, stop);
                if (!(command == "DATA" ? reply.Code == 354 : reply.IsGood))
                    return Refusal(reply);
            }

            return null;
        }

        // DATA may be the last of a group (RFC 2920 §3.1).
        await wire.SendAsync(string.Concat(commands.Select(static c => c + "\r\n")), patience.Reply, stop);
        SmtpReply? refusal = null;
        foreach (var command in commands)
        {
            var reply = await wire.ReadAsync(patience.Reply, stop);
            if (command == "DATA" && reply.Code == 354 && refusal is not null)
                // It waits for a letter without a recipient. Its end would have to be answered; hanging up has not.
                IsUsable = false;
            else if (!(command == "DATA" ? reply.Code == 354 : reply.IsGood))
                refusal ??= Refusal(reply);
        }

        return refusal;
    }

    private SmtpReply Refusal(SmtpReply reply)
    {
        // 421: the server hangs up after it, whatever was asked (RFC 5321 §3.8).
        if (reply.Code == 421)
            IsUsable = false;
        return reply;
    }

    private string MailCommand(string sender, string recipient, long total)
    {
        var command = new StringBuilder($"MAIL FROM:<{sender}>");
        if (extensions.ContainsKey("SIZE"))
            command.Append(CultureInfo.InvariantCulture, $" SIZE={total}");
        // Allowed for a letter that turns out to be ASCII; without reading it nobody knows (RFC 6152 §3).
        if (extensions.ContainsKey("8BITMIME"))
            command.Append(" BODY=8BITMIME");
        if (!Ascii.IsValid(sender) || !Ascii.IsValid(recipient))
            command.Append(" SMTPUTF8");
        return command.ToString();
    }

    private async Task<DeliveryOutcome> WriteAsync(ReadOnlyMemory<byte> headers, long size, Stream bytes, CancellationToken stop)
    {
        // A letter cannot be taken back: until its end is answered the session is good for nothing else.
        (IsUsable, Progress) = (false, SmtpProgress.Writing);
        var lines = new LetterLines(doubleDots: true);
        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        var output = ArrayPool<byte>.Shared.Rent(LetterLines.Most(headers.Length) + 2 * LetterLines.Most(piece.Length));
        try
        {
            var ready = lines.Write(headers.Span, output);
            long read = 0;
            for (int count; (count = await ReadStoredAsync(bytes, piece, stop)) > 0;)
            {
                read += count;
                ready += lines.Write(piece.AsSpan(0, count), output.AsSpan(ready));
                if (ready < Piece)
                    continue;
                if (lines.HasEightBit && !extensions.ContainsKey("8BITMIME"))
                    break;
                await wire.WriteAsync(output.AsMemory(0, ready), patience.Piece, stop);
                ready = 0;
            }

            if (lines.HasEightBit && !extensions.ContainsKey("8BITMIME"))
                return Lacks("8BITMIME", "this letter has bytes beyond ASCII (RFC 6152 §3)");
            // Ending it now would make half a letter the whole one.
            if (read != size)
                return new DeliveryOutcome.Deferred($"Read {read} of {size} octets of the stored letter.");
            lines.End.CopyTo(output.AsSpan(ready));
            ready += lines.End.Length;
            // The point of no return: once the server has the dot the letter may be its, whatever we hear.
            Progress = SmtpProgress.Ended;
            await wire.WriteAsync(output.AsMemory(0, ready), patience.Piece, stop);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            ArrayPool<byte>.Shared.Return(output);
        }

        var reply = await wire.ReadAsync(patience.FinalDot, stop);
        (IsUsable, inTransaction, Progress) = (true, false, SmtpProgress.Answered);
        return Refusal(reply).Judge(server.ToString());
    }

    // Storage has its own ways to fail; none of them is the target's fault.
    private static async ValueTask<int> ReadStoredAsync(Stream bytes, byte[] piece, CancellationToken stop)
    {
        try
        {
            return await bytes.ReadAsync(piece, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new StoredLetterException(e);
        }
    }

    private async Task<SmtpReply?> LastWordsAsync(CancellationToken stop)
    {
        try
        {
            return await wire.ReadAsync(TimeSpan.FromSeconds(2), stop);
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException)
        {
            return null;
        }
    }

    private DeliveryOutcome.Refused Lacks(string extension, string why) =>
        new($"{server}: the server does not offer {extension}, and {why}. The letter is not rewritten for it.");

    private async Task<SmtpReply> CommandAsync(string command, CancellationToken stop)
    {
        await wire.SendAsync(command + "\r\n", patience.Reply, stop);
        return await wire.ReadAsync(patience.Reply, stop);
    }

    private void Expect(SmtpReply reply, string what)
    {
        if (!reply.IsGood)
            throw new ConnectFailedException($"{server}: the server {what}. It said: {reply.Words}");
    }

    /// <summary>One sentence for what went wrong on the wire; null for what is no matter of the wire.</summary>
    public string? Explain(Exception failure) => failure switch
    {
        InvalidDataException => failure.Message,
        TimeoutException when Progress == SmtpProgress.Ended => $"{server}: no answer within {patience.FinalDot.TotalMinutes:0} minutes after the letter's end.",
        _ => connection.Explain(failure),
    };

    /// <summary>The session broke: no polite end.</summary>
    public void Abandon() => IsUsable = false;

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Its answer is nothing to wait for.
            if (IsUsable)
                await wire.SendAsync("QUIT\r\n", TimeSpan.FromSeconds(1), CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or TimeoutException or ObjectDisposedException)
        {
            // It hung up first.
        }

        wire.Dispose();
    }
}
