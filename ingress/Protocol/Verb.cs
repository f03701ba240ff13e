namespace Postroom.Receive.Protocol;

/// <summary>What a command line asks for.</summary>
internal enum Verb
{
    Unknown,
    Helo,
    Ehlo,
    StartTls,
    Mail,
    Rcpt,
    Data,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,

    /// <summary>Known, and not offered: EXPN, AUTH, ETRN, TURN.</summary>
    NotOffered,

    /// <summary>BDAT: what follows it is a letter, not commands.</summary>
    Bdat,

    /// <summary>A browser that was talked into speaking to a mail server.</summary>
    Web,
}
