using System.Globalization;
using System.Text;

namespace Postroom.Cli.Demo;

/// <summary>One POP3 dialog of the sample provider, from the greeting to QUIT (RFC 1939).</summary>
/// <param name="line">The client's connection.</param>
/// <param name="find">The mailbox that a name and a password open, if any.</param>
internal sealed class SampleSession(Pop3Line line, Func<string, string, SampleMailbox?> find)
{
    private const string Capabilities =
        "TOP\r\nUIDL\r\nUSER\r\nPIPELINING\r\nRESP-CODES\r\nIMPLEMENTATION Postroom-Sample\r\n";
    private const string NoSuchLetter = "-ERR no such letter";

    private string? _user;
    private OpenMailbox? _mailbox; // null: AUTHORIZATION state; else TRANSACTION state

    /// <summary>Answers until QUIT or until the client is gone. Only QUIT makes deletions final (RFC 1939 §6).</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await line.ReplyAsync("+OK Postroom sample provider", stop);
            while (await line.ReadAsync(stop) is { } command)
            {
                if (command.Keyword == "QUIT")
                {
                    await QuitAsync(stop);
                    return;
                }
                await (command.Keyword switch
                {
                    "CAPA" => line.ReplyAsync("+OK capabilities follow", Encoding.ASCII.GetBytes(Capabilities), stop),
                    _ when _mailbox is null => line.ReplyAsync(LogIn(command), stop),
                    _ => AnswerAsync(command, _mailbox, stop),
                });
            }
        }
        finally
        {
            _mailbox?.Dispose();
        }
    }

    private Task QuitAsync(CancellationToken stop)
    {
        _mailbox?.Commit();
        // The lock goes before the reply, so that a client that comes back at once finds the door open.
        _mailbox?.Dispose();
        return line.ReplyAsync("+OK goodbye", stop);
    }

    private string LogIn(Pop3Command command)
    {
        switch (command.Keyword)
        {
            case "USER":
                // Every name is welcome: a refusal would tell which ones exist (RFC 1939 §13).
                _user = command.Argument;
                return "+OK password, please";
            case "PASS" when _user is null:
                return "-ERR USER comes first";
            case "PASS":
                var found = find(_user, command.Argument);
                _user = null;
                if (found is null) return "-ERR name or password is wrong";
                _mailbox = found.TryOpen();
                return _mailbox is null ? "-ERR [IN-USE] another session has this mailbox open" : "+OK welcome";
            default:
                return "-ERR log in first";
        }
    }

    private Task AnswerAsync(Pop3Command command, OpenMailbox mailbox, CancellationToken stop) => command switch
    {
        { Keyword: "STAT" } => line.ReplyAsync(
            Text($"+OK {mailbox.Present.Count()} {mailbox.Present.Sum(entry => entry.Letter.Size)}"), stop),
        { Keyword: "LIST" } => ListAsync(command, mailbox, letter => Text($"{letter.Size}"), stop),
        { Keyword: "UIDL" } => ListAsync(command, mailbox, letter => letter.Uid, stop),
        { Keyword: "RETR", Numbers: [var number] } => mailbox.Find(number) is { } letter
            ? line.ReplyAsync(Text($"+OK {letter.Size} octets"), letter.Letter.Content, stop)
            : line.ReplyAsync(NoSuchLetter, stop),
        { Keyword: "TOP", Numbers: [var number, >= 0 and var lines] } => mailbox.Find(number) is { } letter
            ? line.ReplyAsync("+OK top follows", Top(letter.Letter.Content, lines), stop)
            : line.ReplyAsync(NoSuchLetter, stop),
        { Keyword: "DELE", Numbers: [var number] } => line.ReplyAsync(Delete(mailbox, number), stop),
        { Keyword: "RSET" } => line.ReplyAsync(Reset(mailbox), stop),
        { Keyword: "NOOP" } => line.ReplyAsync("+OK", stop),
        _ => line.ReplyAsync("-ERR unknown command or argument", stop),
    };

    // LIST and UIDL: one line for the letter asked for, or all that are not marked as deleted.
    private Task ListAsync(Pop3Command command, OpenMailbox mailbox, Func<StoredLetter, string> tell, CancellationToken stop)
    {
        if (command.Numbers is [var number, ..])
            return line.ReplyAsync(mailbox.Find(number) is { } letter ? Text($"+OK {number} {tell(letter)}") : NoSuchLetter, stop);

        var lines = mailbox.Present.Select(entry => Text($"{entry.Number} {tell(entry.Letter)}\r\n"));
        return line.ReplyAsync("+OK list follows", Encoding.ASCII.GetBytes(string.Concat(lines)), stop);
    }

    private static string Delete(OpenMailbox mailbox, int number)
    {
        if (mailbox.Find(number) is not { } letter) return NoSuchLetter;
        mailbox.Mark(letter);
        return "+OK marked";
    }

    private static string Reset(OpenMailbox mailbox)
    {
        mailbox.Unmark();
        return "+OK no letter is marked";
    }

    // The header, the empty line and so many lines of the body (RFC 1939 §7).
    private static ReadOnlyMemory<byte> Top(ReadOnlyMemory<byte> content, int lines)
    {
        var header = content.Span.IndexOf("\r\n\r\n"u8);
        if (header < 0) return content;
        var end = header + 4;
        for (; lines > 0 && end < content.Length; lines--)
            end += content.Span[end..].IndexOf("\r\n"u8) + 2;
        return content[..end];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
