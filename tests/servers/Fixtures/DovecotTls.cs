namespace Postroom.Tests.Servers;

/// <summary>How a <see cref="Dovecot"/> protects the connection.</summary>
public enum DovecotTls
{
    /// <summary>TLS from the start on its own ports, STLS on the others, and a password in the clear if a client likes.</summary>
    Offered,

    /// <summary>The same, but no password before TLS.</summary>
    Required,

    /// <summary>No TLS at all: no port, no STLS, as on an old provider.</summary>
    None,
}
