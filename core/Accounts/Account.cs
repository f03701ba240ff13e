using Postroom.Connect;

namespace Postroom.Accounts;

/// <summary>One POP3 mailbox at a provider, as the administrator described it in <c>Accounts__{name}__*</c>.</summary>
public sealed record Account
{
    /// <summary>The name in the settings; unique without case, and part of every letter's id.</summary>
    public required string Name { get; init; }

    /// <summary>The provider's POP3 server.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port. Default 995 for <see cref="Security.Tls"/> and <see cref="Security.Auto"/>, 110 otherwise (RFC 8314 §7.3).</summary>
    public required int Port { get; init; }

    /// <summary>Log-in name at the provider.</summary>
    public required string UserName { get; init; }

    /// <summary>Log-in password. Never logged, never in a queue message or a row.</summary>
    public required string Password { get; init; }

    /// <summary>How the connection is protected. Default <see cref="Security.Auto"/>.</summary>
    public Security Security { get; init; } = Security.Auto;

    /// <summary>Single drop: the mailbox that gets every letter. Exactly one of this and <see cref="Multidrop"/> is set.</summary>
    public string? Mailbox { get; init; }

    /// <summary>Multidrop: how the real recipient is found.</summary>
    public Multidrop? Multidrop { get; init; }

    /// <summary>Domains whose addresses count as ours in this account, as lower-case A-labels. Default: all <c>Domains</c>.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>Whether hosts below <see cref="Domains"/> count too. Default false.</summary>
    public bool Subdomains { get; init; }

    /// <summary>Days a letter stays on the server once stored: 0 (default) delete at once, -1 never delete.</summary>
    public int DeleteAfterDays { get; init; }

    /// <summary>Time between two polls. Default 5 min.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Largest letter that is fetched, in bytes. Default 100 MB; larger ones stay on the server.</summary>
    public long MaxLetterBytes { get; init; } = 100_000_000;

    /// <summary>Switched off accounts are neither polled nor forgotten. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>PEM file with the only authorities to trust; null: those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>SHA-256 of the server's certificate in hex, the only one to trust; null: verify by authority and name.</summary>
    public string? Pin { get; init; }

    /// <summary>The provider's server as every stage connects to one.</summary>
    public ServerAddress Server => new($"Accounts__{Name}__", Host, Port, Security, CaFile, Pin);
}
