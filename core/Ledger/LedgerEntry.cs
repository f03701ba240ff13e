namespace Postroom.Ledger;

/// <summary>What happened to one letter on one desk.</summary>
public sealed record LedgerEntry
{
    /// <summary>The desk.</summary>
    public required string Mailbox { get; init; }

    /// <summary>The letter's id.</summary>
    public required string Letter { get; init; }

    /// <summary>Where it stands.</summary>
    public required LetterState State { get; init; }

    /// <summary>Name of the blob with its bytes.</summary>
    public required string Blob { get; init; }

    /// <summary>Octets in the blob.</summary>
    public long Size { get; init; }

    /// <summary>When we got it.</summary>
    public DateTimeOffset Received { get; init; }

    /// <summary>Account it was collected from; null for direct SMTP.</summary>
    public string? Account { get; init; }

    /// <summary>Envelope sender; empty for the null sender, null if unknown.</summary>
    public string? Sender { get; init; }

    /// <summary>Envelope recipient that led to the desk; null for single drop.</summary>
    public string? Recipient { get; init; }

    /// <summary>Message-ID as written.</summary>
    public string? MessageId { get; init; }

    /// <summary>What decided about the recipient.</summary>
    public string DecidedBy { get; init; } = "";

    /// <summary>That decision in a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Target of the desk.</summary>
    public string Target { get; init; } = "";

    /// <summary>Whether this is the second or a further target of the mailbox.</summary>
    public bool Copy { get; init; }

    /// <summary>The entry's name within its mailbox: the letter, and for a copy its target.</summary>
    public string Key => KeyOf(Letter, Target, Copy);

    /// <summary>The name under which a letter's fate at a target stands.</summary>
    public static string KeyOf(string letter, string target, bool copy) => copy ? $"{letter}-{target.ToLowerInvariant()}" : letter;

    /// <summary>What the target answered last: where the letter lies, or its own words.</summary>
    public string Answer { get; init; } = "";

    /// <summary>Attempts made.</summary>
    public int Attempts { get; init; }

    /// <summary>When the last attempt ended.</summary>
    public DateTimeOffset Last { get; init; }

    /// <summary>When the next attempt is due; null if none is.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>All desks the letter was resolved to.</summary>
    public IReadOnlyList<string> Desks { get; init; } = [];
}

/// <summary>Where a letter stands on one desk.</summary>
public enum LetterState
{
    /// <summary>The target has it.</summary>
    Delivered,

    /// <summary>The target could not take it yet; the next attempt is set.</summary>
    Waiting,

    /// <summary>It waits for a person.</summary>
    Held,
}
