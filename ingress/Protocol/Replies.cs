using System.Reflection;

namespace Postroom.Receive.Protocol;

/// <summary>Every fixed answer of the door, and the paragraph it comes from.</summary>
internal static class Replies
{
    // Well.
    public static readonly Reply Bye = new(221, "2.0.0", "Goodbye", "RFC 5321 §4.1.1.10");
    public static readonly Reply ReadyForTls = new(220, "2.0.0", "Ready to start TLS", "RFC 3207 §4");
    public static readonly Reply Ok = new(250, "2.0.0", "OK", "RFC 5321 §4.1.1.5, §4.1.1.9");
    public static readonly Reply SenderOk = new(250, "2.1.0", "Sender OK", "RFC 5321 §3.3");
    public static readonly Reply RecipientOk = new(250, "2.1.5", "Recipient OK", "RFC 5321 §3.3");
    public static readonly Reply CannotVerify = new(252, "2.1.5", "Send the letter and see", "RFC 5321 §3.5.3, §7.3");
    public static readonly Reply Help = new(214, "2.0.0", "HELO EHLO STARTTLS MAIL RCPT DATA RSET NOOP VRFY HELP QUIT", "RFC 5321 §4.1.1.8");
    public static readonly Reply GoAhead = new(354, null, "Send the letter, end with a line that holds only a dot", "RFC 5321 §4.1.1.4");

    // Later.
    public static readonly Reply TooManyConnections = new(421, "4.7.0", "Too many connections, try again later", "RFC 5321 §3.8");
    public static readonly Reply TooManyFromYou = new(421, "4.7.0", "Too many connections from your address, try again later", "RFC 5321 §3.8");
    public static readonly Reply Closing = new(421, "4.3.2", "This server is being shut down, try again", "RFC 5321 §3.8");
    public static readonly Reply Broken = new(421, "4.3.0", "Something is wrong here, try again later", "RFC 5321 §3.8");
    public static readonly Reply TooSlow = new(421, "4.4.2", "Timed out waiting for you", "RFC 5321 §4.5.3.2");
    public static readonly Reply TooManyErrors = new(421, "4.7.0", "Too many errors", "RFC 5321 §3.8");
    public static readonly Reply TooManyCommands = new(421, "4.7.0", "Too many commands without a letter", "RFC 5321 §3.8");
    public static readonly Reply TooManyLetters = new(421, "4.7.0", "Enough letters for one connection, open another", "RFC 9422 §4.1");
    public static readonly Reply NotHttp = new(421, "4.7.0", "This is a mail server", "RFC 5321 §3.8");
    public static readonly Reply EndlessLine = new(421, "4.7.0", "A line without end", "RFC 5321 §4.5.3.1.4");
    public static readonly Reply TryAgain = new(451, "4.3.0", "Something is wrong here, try again later", "RFC 5321 §4.2.4.2");
    public static readonly Reply TooManyRecipients = new(452, "4.5.3", "Too many recipients, send the letter to the rest again", "RFC 5321 §4.5.3.1.10");
    public static readonly Reply TlsUnavailable = new(454, "4.7.0", "TLS is not available", "RFC 3207 §4");

    // Not like this.
    public static readonly Reply UnknownCommand = new(500, "5.5.1", "There is no such command", "RFC 5321 §4.2.4");
    public static readonly Reply LineTooLong = new(500, "5.5.2", "The line is too long", "RFC 5321 §4.5.3.1.10");
    public static readonly Reply BadLineEnd = new(500, "5.5.2", "Lines end with CR LF and hold neither CR, LF nor NUL", "RFC 5321 §2.3.8");
    public static readonly Reply BadArgument = new(501, "5.5.4", "The argument is not well-formed", "RFC 5321 §4.2.4");
    public static readonly Reply BadName = new(501, "5.5.4", "Say a host name or an address literal", "RFC 5321 §4.1.1.1");
    public static readonly Reply BadSender = new(501, "5.1.7", "The sender is not well-formed: MAIL FROM:<name@domain>", "RFC 5321 §4.1.2");
    public static readonly Reply BadRecipient = new(501, "5.1.3", "The recipient is not well-formed: RCPT TO:<name@domain>", "RFC 5321 §4.1.2");
    public static readonly Reply NotOffered = new(502, "5.5.1", "Not offered here", "RFC 5321 §4.2.4");
    public static readonly Reply HelloFirst = new(503, "5.5.1", "Say EHLO first", "RFC 5321 §4.1.4");
    public static readonly Reply MailFirst = new(503, "5.5.1", "Say MAIL first", "RFC 5321 §4.1.4");
    public static readonly Reply RecipientFirst = new(503, "5.5.1", "No recipient yet", "RFC 5321 §3.3");
    public static readonly Reply InTransaction = new(503, "5.5.1", "Not while a letter is being handed over", "RFC 5321 §4.1.4");
    public static readonly Reply AlreadyTls = new(503, "5.5.1", "TLS is already on", "RFC 3207 §4.2");
    public static readonly Reply UnknownParameter = new(555, "5.5.4", "There is no such parameter", "RFC 5321 §4.1.1.11");

    // Never.
    public static readonly Reply NoSuchUser = new(550, "5.1.1", "Nobody here has this address", "RFC 5321 §3.3");
    public static readonly Reply NoRelay = new(550, "5.7.1", "We do not relay", "RFC 5321 §7.9");
    public static readonly Reply NotWellFormed = new(550, "5.5.2", "The letter holds a bare CR or LF, a NUL or a line over 998 octets", "RFC 5321 §2.3.8, §4.5.3.1.6");
    public static readonly Reply TooLarge = new(552, "5.3.4", "The letter is too large", "RFC 1870 §6");
    public static readonly Reply NeedsSmtpUtf8 = new(553, "5.6.7", "This address needs SMTPUTF8", "RFC 6531 §3.5");
    public static readonly Reply Loop = new(554, "5.4.6", "The letter has been through too many servers", "RFC 5321 §6.3");

    /// <summary>All of them, for whoever wants to read or check the table.</summary>
    public static IReadOnlyList<Reply> All { get; } =
        [.. typeof(Replies).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static f => f.GetValue(null)).OfType<Reply>()];
}
