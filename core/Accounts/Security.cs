namespace Postroom.Accounts;

/// <summary>How a connection to a server is protected.</summary>
public enum Security
{
    /// <summary>The best the server offers: TLS from the start, else STLS, else plain. Once seen with TLS, never without again.</summary>
    Auto,

    /// <summary>TLS from the first byte (RFC 8314 §3).</summary>
    Tls,

    /// <summary>Plain, then the STLS or STARTTLS command; no password before it (RFC 2595 §4).</summary>
    StartTls,

    /// <summary>No protection. Only for servers where detection fails; <c>check</c> warns.</summary>
    None,
}
