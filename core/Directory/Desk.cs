namespace Postroom.Directory;

/// <summary>What an address leads to: one mailbox, or the mailboxes of a group.</summary>
internal sealed class Desk
{
    private Desk(string name, DirectoryMatch match, bool hasName)
    {
        (Name, Match, HasName) = (name, match, hasName);
        Mailboxes = match == DirectoryMatch.Mailbox ? [name] : [];
    }

    /// <summary>Name of the mailbox or group; for mailboxes that only share an address, the address.</summary>
    public string Name { get; }

    /// <summary><see cref="DirectoryMatch.Mailbox"/> or <see cref="DirectoryMatch.Group"/>.</summary>
    public DirectoryMatch Match { get; }

    /// <summary>Each once; a group's are known only when all groups are.</summary>
    public IReadOnlyList<string> Mailboxes { get; set; }

    private bool HasName { get; }

    /// <summary>As it appears in a sentence.</summary>
    public string Words => Match == DirectoryMatch.Mailbox ? $"mailbox {Name}"
        : HasName ? $"group {Name}"
        : Mailboxes.Count == 0 ? "several mailboxes"
        : $"the mailboxes {string.Join(", ", Mailboxes)}";

    public static Desk Of(string name, DirectoryMatch match) => new(name, match, true);

    public static Desk Shared(string address) => new(address, DirectoryMatch.Group, false);
}

/// <summary>An address that somebody has.</summary>
/// <param name="Desk">Who.</param>
/// <param name="Place">Where that is written, for the sentence about a contradiction.</param>
internal readonly record struct Claim(Desk Desk, string Place);
