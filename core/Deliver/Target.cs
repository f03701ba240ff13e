using Postroom.Connect;

namespace Postroom.Deliver;

/// <summary>Where and how a desk gets its letters. In every text <c>{mailbox}</c> stands for the mailbox's name.</summary>
public sealed record Target
{
    /// <summary>What stands for the mailbox's name.</summary>
    public const string Placeholder = "{mailbox}";

    /// <summary>The name mailboxes refer to.</summary>
    public required string Name { get; init; }

    /// <summary>How letters are handed over. Default <see cref="TargetKind.Maildir"/>.</summary>
    public TargetKind Kind { get; init; }

    /// <summary>Maildir: full path of the folder that holds one Maildir per mailbox. Empty for the other kinds.</summary>
    public required string Path { get; init; }

    /// <summary>The server; null for Maildir.</summary>
    public ServerAddress? Server { get; init; }

    /// <summary>Log-in name; null: no log-in.</summary>
    public string? UserName { get; init; }

    /// <summary>Log-in password. Never logged, never in a queue message or a row.</summary>
    public string? Password { get; init; }

    /// <summary>Imap: the folder letters are put into, parts divided by <c>/</c>. Default <c>INBOX</c>.</summary>
    public string? Folder { get; init; }

    /// <summary>Lmtp, Smtp: the envelope recipient. Lmtp's default is the mailbox's name.</summary>
    public string? Recipient { get; init; }

    /// <summary>One of the texts with the mailbox's name put in.</summary>
    internal static string For(string mailbox, string text) => text.Replace(Placeholder, mailbox, StringComparison.Ordinal);
}

/// <summary>How letters are handed over.</summary>
public enum TargetKind
{
    /// <summary>Files in a Maildir.</summary>
    Maildir,

    /// <summary>IMAP APPEND (RFC 9051 §6.3.12).</summary>
    Imap,

    /// <summary>LMTP (RFC 2033).</summary>
    Lmtp,

    /// <summary>SMTP relay or submission (RFC 5321, 6409).</summary>
    Smtp,
}
