using System.Net;

namespace Postroom.Settings;

/// <summary>The SMTP door's settings.</summary>
public sealed record SmtpSettings
{
    /// <summary>Whether the one-process host opens the door. The container is the door and does not ask.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How the door calls itself: greeting, EHLO, Received.</summary>
    public required string HostName { get; init; }

    /// <summary>Where it listens.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>TCP port; 0: any free one.</summary>
    public int Port { get; init; } = 2525;

    /// <summary>PEM or PFX file with the certificate for STARTTLS; null: one of our own making.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with its key; null: in <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Largest letter in octets (RFC 1870).</summary>
    public long MaxLetterBytes { get; init; } = 50 << 20;

    /// <summary>Recipients a letter may have; not below 100 (RFC 5321 §4.5.3.1.8).</summary>
    public int MaxRecipients { get; init; } = 100;

    /// <summary>Letters a client may send on one connection.</summary>
    public int MaxLettersPerConnection { get; init; } = 1000;

    /// <summary>Connections at one time.</summary>
    public int MaxConnections { get; init; } = 500;

    /// <summary>Of them, from one address; 0: no limit of its own.</summary>
    public int MaxConnectionsPerClient { get; init; } = 20;

    /// <summary>Received lines from which on a letter is taken to run in a circle; not below 100 (RFC 5321 §6.3).</summary>
    public int MaxHops { get; init; } = 100;

    /// <summary>Where the client's address comes from.</summary>
    public ClientAddressSource ClientAddress { get; init; } = ClientAddressSource.Socket;

    /// <summary>Who may tell us a client's address by PROXY protocol.</summary>
    public IReadOnlyList<IPNetwork> ProxyPeers { get; init; } = [];

    /// <summary>Longest wait for a command. Not below 5 min in the standard (RFC 5321 §4.5.3.2.7); shorter under attack.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait for the next piece of a letter (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Port of <c>/live</c> and <c>/ready</c> when the door runs alone; 0: none.</summary>
    public int HealthPort { get; init; } = 8080;
}

/// <summary>How the door learns who its client is.</summary>
public enum ClientAddressSource
{
    /// <summary>The connection's other end.</summary>
    Socket,

    /// <summary>What a load balancer says in front of the connection; others than <see cref="SmtpSettings.ProxyPeers"/> are clients themselves.</summary>
    ProxyProtocol,

    /// <summary>Nothing: something hides it. Limits by address are off, and Received says so.</summary>
    Unknown,
}
