namespace Postroom.Deliver;

/// <summary>Where and how a desk gets its letters.</summary>
public sealed record Target
{
    /// <summary>The name mailboxes refer to.</summary>
    public required string Name { get; init; }

    /// <summary>How letters are handed over. Default <see cref="TargetKind.Maildir"/>.</summary>
    public TargetKind Kind { get; init; }

    /// <summary>Maildir: full path of the folder that holds one Maildir per mailbox; may contain <c>{mailbox}</c>.</summary>
    public required string Path { get; init; }
}

/// <summary>How letters are handed over.</summary>
public enum TargetKind
{
    /// <summary>Files in a Maildir.</summary>
    Maildir,

    /// <summary>IMAP APPEND.</summary>
    Imap,

    /// <summary>LMTP (RFC 2033).</summary>
    Lmtp,

    /// <summary>SMTP relay or submission.</summary>
    Smtp,
}
