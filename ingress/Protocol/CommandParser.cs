using System.Text;
using System.Text.Unicode;

namespace Postroom.Receive.Protocol;

/// <summary>Understands one command line. Pure: no state, no connection.</summary>
internal static class CommandParser
{
    /// <param name="line">Without CR LF.</param>
    public static SmtpCommand Parse(ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) >= 0)
            return new SmtpCommand.Malformed(Verb.Unknown, Replies.BadLineEnd);
        if (!Utf8.IsValid(line))
            return new SmtpCommand.Malformed(Verb.Unknown, Replies.BadArgument);
        // Blanks at the end are tolerated (RFC 5321 §4.1.1).
        ReadOnlySpan<char> text = Encoding.UTF8.GetString(line).AsSpan().TrimEnd(" \t");
        var blank = text.IndexOf(' ');
        var word = blank < 0 ? text : text[..blank];
        var rest = blank < 0 ? default : text[(blank + 1)..].TrimStart(' ');
        Span<char> name = stackalloc char[16];
        if (word.Length > name.Length)
            return new SmtpCommand.Plain(Verb.Unknown);
        Ascii.ToUpper(word, name, out var length);
        return name[..length] switch
        {
            "EHLO" => Hello(Verb.Ehlo, rest),
            "HELO" => Hello(Verb.Helo, rest),
            "MAIL" => Mail(rest),
            "RCPT" => Rcpt(rest),
            "DATA" => WithoutArgument(Verb.Data, rest),
            "RSET" => WithoutArgument(Verb.Rset, rest),
            "QUIT" => WithoutArgument(Verb.Quit, rest),
            "STARTTLS" => WithoutArgument(Verb.StartTls, rest),
            "NOOP" => new SmtpCommand.Plain(Verb.Noop),
            "HELP" => new SmtpCommand.Plain(Verb.Help),
            "VRFY" => rest.IsEmpty ? new SmtpCommand.Malformed(Verb.Vrfy, Replies.BadArgument) : new SmtpCommand.Plain(Verb.Vrfy),
            "BDAT" => new SmtpCommand.Plain(Verb.Bdat),
            "EXPN" or "AUTH" or "ETRN" or "TURN" or "ATRN" or "BURL" => new SmtpCommand.Plain(Verb.NotOffered),
            "GET" or "POST" or "PUT" or "HEAD" or "CONNECT" or "OPTIONS" or "HOST:" => new SmtpCommand.Plain(Verb.Web),
            _ => new SmtpCommand.Plain(Verb.Unknown),
        };
    }

    private static SmtpCommand WithoutArgument(Verb verb, ReadOnlySpan<char> rest) =>
        rest.IsEmpty ? new SmtpCommand.Plain(verb) : new SmtpCommand.Malformed(verb, Replies.BadArgument);

    // Names that no DNS knows are let in (RFC 5321 §4.1.4), but what we write into Received must stay one word.
    private static SmtpCommand Hello(Verb verb, ReadOnlySpan<char> rest)
    {
        foreach (var c in rest)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_' or ':' or '[' or ']'))
                return new SmtpCommand.Malformed(verb, Replies.BadName);
        }

        return rest.Length is 0 or > 255 ? new SmtpCommand.Malformed(verb, Replies.BadName) : new SmtpCommand.Hello(verb, rest.ToString());
    }

    private static SmtpCommand Mail(ReadOnlySpan<char> rest)
    {
        if (!TryPath(rest, "FROM:", out var path, out var words) || path.IsPostmaster)
            return new SmtpCommand.Malformed(Verb.Mail, Replies.BadSender);
        if (MailParameters.TryRead(words, out var parameters) is { } wrong)
            return new SmtpCommand.Malformed(Verb.Mail, wrong);
        // RFC 6531 §3.5: such an address may only come with the parameter.
        return path.NeedsUtf8 && !parameters.Utf8
            ? new SmtpCommand.Malformed(Verb.Mail, Replies.NeedsSmtpUtf8)
            : new SmtpCommand.Mail(path, parameters);
    }

    private static SmtpCommand Rcpt(ReadOnlySpan<char> rest)
    {
        if (!TryPath(rest, "TO:", out var path, out var words) || path.IsNull)
            return new SmtpCommand.Malformed(Verb.Rcpt, Replies.BadRecipient);
        return RcptParameters.TryRead(words, out var parameters) is { } wrong
            ? new SmtpCommand.Malformed(Verb.Rcpt, wrong)
            : new SmtpCommand.Rcpt(path, parameters);
    }

    // No blank belongs before the path (RFC 5321 §3.3), yet many programs write one, and it means nothing else.
    private static bool TryPath(ReadOnlySpan<char> rest, string keyword, out MailPath path, out ReadOnlySpan<char> words)
    {
        path = default;
        words = default;
        return rest.StartsWith(keyword, StringComparison.OrdinalIgnoreCase)
            && MailPath.TryRead(rest[keyword.Length..].TrimStart(' '), out path, out words);
    }
}
