namespace Postroom.Mail;

/// <summary>How a letter came through the SMTP door: what its Received line says (RFC 5321 §4.4).</summary>
public sealed record DoorSession
{
    /// <summary>Name of the door, as it greets.</summary>
    public required string Host { get; init; }

    /// <summary>What the client called itself in HELO or EHLO.</summary>
    public required string Helo { get; init; }

    /// <summary>The client's IP address; null when something before the door hides it.</summary>
    public string? Client { get; init; }

    /// <summary>Whether it said EHLO.</summary>
    public bool Extended { get; init; }

    /// <summary>Whether the letter's header or addresses may hold UTF-8 (SMTPUTF8, RFC 6531 §3.7.3).</summary>
    public bool Utf8 { get; init; }

    /// <summary>Cipher suite of the TLS connection by its registered name; null: plain.</summary>
    public string? Cipher { get; init; }
}
