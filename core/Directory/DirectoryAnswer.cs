namespace Postroom.Directory;

/// <summary>Whose letter it is, and how that was found.</summary>
/// <param name="Match">What matched.</param>
/// <param name="Mailboxes">The desks, each once; empty for <see cref="DirectoryMatch.Unknown"/> and <see cref="DirectoryMatch.NotOurs"/>.</param>
/// <param name="Steps">The way in words, one sentence each.</param>
public sealed record DirectoryAnswer(DirectoryMatch Match, IReadOnlyList<string> Mailboxes, IReadOnlyList<string> Steps);

/// <summary>What matched a recipient. The order is the order in which it is tried.</summary>
public enum DirectoryMatch
{
    /// <summary>An address of a mailbox.</summary>
    Mailbox,

    /// <summary>An address of a group, or a row of the directory table that names several mailboxes.</summary>
    Group,

    /// <summary><c>postmaster@</c> of a domain of ours that nobody has as an address: every domain has one (RFC 5321 §4.5.1).</summary>
    Postmaster,

    /// <summary>A mailbox or group once <c>+extension</c> was removed.</summary>
    Extension,

    /// <summary>A mailbox or group once a BATV, SRS or VERP wrapping was removed.</summary>
    Unwrapped,

    /// <summary>Nobody's address; the domain has a catch-all.</summary>
    CatchAll,

    /// <summary>Nobody's address in a domain of ours.</summary>
    Unknown,

    /// <summary>The domain is not one of ours.</summary>
    NotOurs,
}
