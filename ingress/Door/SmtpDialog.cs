using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Postroom.Mail;
using Postroom.Receive.Network;
using Postroom.Receive.Policy;
using Postroom.Receive.Protocol;

namespace Postroom.Receive;

/// <summary>One client's dialogue with the door, from greeting to goodbye.</summary>
internal sealed partial class SmtpDialog(Office office, Wire wire, IPAddress? client)
{
    // Lines that are no commands, or in the wrong place.
    private const int MostErrors = 20;

    // Recipients refused: a list with many dead addresses is honest, a thousand are somebody guessing.
    private const int MostRefusals = 100;

    // Commands since the last letter that bring none nearer.
    private const int MostChatter = 200;

    private readonly byte[] line = new byte[LineCutter.Longest];
    private LineCutter cutter;
    private DialogState state;
    private SmtpCommand.Hello? hello;
    private Transaction? transaction;
    private int letters, transactions, errors, refusals, chatter;
    private bool over;

    /// <summary>How it went, for the log.</summary>
    public string Outcome { get; private set; } = "goodbye";

    /// <summary>Letters taken.</summary>
    public int Letters => letters;

    public async Task RunAsync()
    {
        Write($"220 {office.Settings.HostName} ESMTP Postroom\r\n");
        var armed = false;
        while (!over)
        {
            var buffer = wire.Buffer;
            var found = cutter.Cut(ref buffer, line, out var length);
            wire.Buffer = buffer;
            if (found == LineFound.Nothing)
            {
                // One clock a line, so that a drip of bytes does not wind it up again and again.
                if (!armed)
                    wire.Arm(office.Settings.CommandTimeout);
                armed = true;
                if (await wire.MoreAsync(mayInterrupt: true))
                    continue;
                TakeLeave();
                break;
            }

            armed = false;
            switch (found)
            {
                case LineFound.Line:
                    await ObeyAsync(CommandParser.Parse(line.AsSpan(0, length)));
                    break;
                case LineFound.TooLong:
                    Refuse(Replies.LineTooLong);
                    break;
                case LineFound.Endless:
                    Say(Replies.EndlessLine);
                    break;
                default:
                    Refuse(Replies.BadLineEnd);
                    break;
            }
        }

        wire.Arm(TimeSpan.FromSeconds(10));
        await wire.FlushAsync();
    }

    private void TakeLeave()
    {
        if (wire.End == WireEnd.Lost)
            Outcome = "the client hung up";
        else
            Say(wire.End == WireEnd.Closing ? Replies.Closing : Replies.TooSlow);
    }

    private async Task ObeyAsync(SmtpCommand command)
    {
        if (StateTable.Objection(state, command.Verb) is { } objection)
        {
            Refuse(objection);
            return;
        }

        switch (command)
        {
            case SmtpCommand.Malformed malformed:
                Refuse(malformed.Answer);
                return;
            case SmtpCommand.Hello said:
                Greet(said);
                return;
            case SmtpCommand.Mail mail:
                Begin(mail);
                return;
            case SmtpCommand.Rcpt rcpt:
                await AddAsync(rcpt);
                return;
        }

        switch (command.Verb)
        {
            case Verb.Data:
                await ReceiveAsync();
                break;
            case Verb.Rset:
                Reset();
                Chat(Replies.Ok);
                break;
            case Verb.Noop:
                Chat(Replies.Ok);
                break;
            case Verb.Help:
                Chat(Replies.Help);
                break;
            case Verb.Vrfy:
                Chat(Replies.CannotVerify);
                break;
            case Verb.Quit:
                Say(Replies.Bye);
                break;
            case Verb.StartTls:
                await StartTlsAsync();
                break;
            case Verb.Bdat:
                // We cannot know where its octets end, and they must never run as commands: docs/decisions/0006.
                Say(Replies.NotOffered);
                Outcome = "BDAT";
                over = true;
                break;
            case Verb.Web:
                Say(Replies.NotHttp);
                break;
            case Verb.NotOffered:
                Refuse(Replies.NotOffered);
                break;
            default:
                Refuse(Replies.UnknownCommand);
                break;
        }
    }

    private void Greet(SmtpCommand.Hello said)
    {
        // Like RSET (RFC 5321 §4.1.4).
        Reset();
        (hello, state) = (said, DialogState.Greeted);
        if (++chatter > MostChatter)
        {
            Say(Replies.TooManyCommands);
            return;
        }

        var host = office.Settings.HostName;
        if (said.Verb == Verb.Helo)
        {
            Write($"250 {host}\r\n");
            return;
        }

        Write($"250-{host}\r\n250-PIPELINING\r\n250-SIZE {office.Settings.MaxLetterBytes}\r\n");
        if (wire.Cipher is null)
            Write($"250-STARTTLS\r\n");
        Write($"250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n");
        Write($"250-LIMITS MAILMAX={office.Settings.MaxLettersPerConnection} RCPTMAX={office.Settings.MaxRecipients}\r\n250 HELP\r\n");
    }

    private void Begin(SmtpCommand.Mail mail)
    {
        if (mail.Parameters.Size > office.Settings.MaxLetterBytes)
        {
            Refuse(Replies.TooLarge);
            return;
        }

        if (++transactions > office.Settings.MaxLettersPerConnection)
        {
            Say(Replies.TooManyLetters);
            return;
        }

        (transaction, state) = (new(mail), DialogState.Mail);
        Say(Replies.SenderOk);
    }

    private async Task AddAsync(SmtpCommand.Rcpt rcpt)
    {
        if (rcpt.Recipient.NeedsUtf8 && !transaction!.Utf8)
        {
            Refuse(Replies.NeedsSmtpUtf8);
            return;
        }

        var address = rcpt.Recipient.Address;
        if (rcpt.Recipient.IsPostmaster)
            address = office.Postmaster;
        else if (await JudgeAsync(address) is { } objection)
        {
            if (objection.Code >= 500 && ++refusals > MostRefusals)
                objection = Replies.TooManyErrors;
            Say(objection);
            return;
        }

        if (!transaction!.TryAdd(address.ToString(), rcpt.Parameters, office.Settings.MaxRecipients))
        {
            Say(Replies.TooManyRecipients);
            return;
        }

        state = DialogState.Recipients;
        Say(Replies.RecipientOk);
    }

    private async ValueTask<Reply?> JudgeAsync(EmailAddress address)
    {
        try
        {
            return RecipientRule.Objection(await office.Directory.CurrentAsync(CancellationToken.None), address);
        }
        catch (Exception e)
        {
            // Without the directory nobody is known; that is our trouble, not the sender's.
            LogNoDirectory(office.Log, e);
            return Replies.TryAgain;
        }
    }

    private async Task ReceiveAsync()
    {
        Say(Replies.GoAhead);
        var intake = new LetterIntake(office, wire);
        var (objection, ended) = await intake.ReceiveAsync(transaction!, new()
        {
            Host = office.Settings.HostName,
            Helo = hello!.Name,
            Client = client?.ToString(),
            Extended = hello.Verb == Verb.Ehlo,
            Utf8 = transaction!.Utf8,
            Cipher = wire.Cipher,
        });
        if (!ended)
        {
            TakeLeave();
            over = true;
            return;
        }

        // Whatever the answer, the transaction is over (RFC 5321 §4.1.1.4).
        Reset();
        chatter = 0;
        if (objection is null)
        {
            letters++;
            LogReceived(office.Log, intake.Id, intake.Size);
            Write($"250 2.0.0 Stored as {intake.Id}\r\n");
            return;
        }

        LogRefused(office.Log, intake.Id, objection.Code, objection.Text);
        Say(objection);
    }

    private async Task StartTlsAsync()
    {
        if (wire.Cipher is not null)
        {
            Refuse(Replies.AlreadyTls);
            return;
        }

        // All that was said in clear is forgotten, HELO too (RFC 3207 §4.2).
        Reset();
        (hello, state, cutter) = (null, DialogState.Connected, default);
        await wire.StartTlsAsync(office.Certificate.Current());
    }

    private void Reset()
    {
        transaction = null;
        state = hello is null ? DialogState.Connected : DialogState.Greeted;
    }

    private void Chat(Reply reply) => Say(++chatter > MostChatter ? Replies.TooManyCommands : reply);

    private void Refuse(Reply reply) => Say(++errors > MostErrors ? Replies.TooManyErrors : reply);

    private void Say(Reply reply)
    {
        wire.Write(reply);
        if (!reply.Closes)
            return;
        over = true;
        if (reply.Code == 421)
            Outcome = reply.Text;
    }

    private void Write(FormattableString text) => wire.Write(Encoding.ASCII.GetBytes(text.ToString(CultureInfo.InvariantCulture)));

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Letter {Id} received, {Size} octets")]
    private static partial void LogReceived(ILogger log, string id, long size);

    [LoggerMessage(EventId = 202, Level = LogLevel.Information, Message = "Letter {Id} not taken: {Code} {Answer}")]
    private static partial void LogRefused(ILogger log, string id, int code, string answer);

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "There is no directory to look a recipient up in; the sender was told to try again")]
    private static partial void LogNoDirectory(ILogger log, Exception e);
}
