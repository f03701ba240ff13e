namespace Postroom.Deliver;

/// <summary>How far a letter got in its session: what a broken connection means depends on it.</summary>
internal enum SmtpProgress
{
    /// <summary>Nothing of the letter was read or sent: it can be tried again at once.</summary>
    Asking,

    /// <summary>Part of it was sent: a server must throw that away (RFC 5321 §3.8).</summary>
    Writing,

    /// <summary>Its end was sent: without an answer nobody knows whether the server has it. The one window for a second copy.</summary>
    Ended,

    /// <summary>The server answered.</summary>
    Answered,
}
