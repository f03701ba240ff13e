namespace Postroom.Receive.Protocol;

/// <summary>One command line, understood or with the reason why not.</summary>
/// <param name="Verb">What it asks for.</param>
internal abstract record SmtpCommand(Verb Verb)
{
    /// <summary>A command without an argument that matters.</summary>
    public sealed record Plain(Verb Verb) : SmtpCommand(Verb);

    /// <summary>HELO or EHLO.</summary>
    /// <param name="Verb">Which of them.</param>
    /// <param name="Name">The client's word for itself; letters, digits and <c>.-_:[]</c> only.</param>
    public sealed record Hello(Verb Verb, string Name) : SmtpCommand(Verb);

    /// <summary>MAIL FROM.</summary>
    public sealed record Mail(MailPath Sender, MailParameters Parameters) : SmtpCommand(Verb.Mail);

    /// <summary>RCPT TO.</summary>
    public sealed record Rcpt(MailPath Recipient, RcptParameters Parameters) : SmtpCommand(Verb.Rcpt);

    /// <summary>A line that is no well-formed command.</summary>
    /// <param name="Verb">As far as it could be told.</param>
    /// <param name="Answer">What to say if the command would be in its place.</param>
    public sealed record Malformed(Verb Verb, Reply Answer) : SmtpCommand(Verb);
}
