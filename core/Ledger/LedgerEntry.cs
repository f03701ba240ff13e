using System.Text.Json.Serialization;
using Postroom.Mail;
using Postroom.Queues;

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

    /// <summary>When its desk was found.</summary>
    public DateTimeOffset? Sorted { get; init; }

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

    /// <summary>Whether nothing more happens to it there.</summary>
    [JsonIgnore]
    public bool IsFinal => State is LetterState.Delivered or LetterState.Duplicate or LetterState.Reassigned;

    /// <summary>When the next attempt is due; null if none is.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>Every place the letter is meant for, as <see cref="DeliverLetter.Places"/> names them.</summary>
    public IReadOnlyList<string> Desks { get; init; } = [];

    /// <summary>Id of the equal letter that lies on the desk; only for <see cref="LetterState.Duplicate"/>.</summary>
    public string? CopyOf { get; init; }

    /// <summary>What happened to it beside its straight way, in order: held, released.</summary>
    public IReadOnlyList<StoryLine> Story { get; init; } = [];

    /// <summary>Key of the row by which copies find this letter, written together with its own; null: none is.</summary>
    [JsonIgnore]
    public string? Claim { get; init; }

    /// <summary>An entry for a letter on its way.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="answer">As <see cref="Answer"/>.</param>
    /// <param name="now">As <see cref="Last"/>.</param>
    public static LedgerEntry Of(DeliverLetter letter, LetterState state, string answer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return new()
        {
            Mailbox = letter.Mailbox,
            Letter = letter.Id,
            State = state,
            Blob = letter.Blob,
            Size = letter.Size,
            Received = letter.Received,
            Account = letter.Account,
            Sender = letter.Sender,
            Recipient = letter.Recipient,
            MessageId = letter.MessageId,
            Sorted = letter.Sorted,
            DecidedBy = letter.DecidedBy,
            Reason = letter.Reason,
            Target = letter.Target,
            Copy = letter.Copy,
            Answer = answer,
            Attempts = state is LetterState.Delivered or LetterState.Held ? letter.Attempts + 1 : letter.Attempts,
            Last = now,
            Desks = letter.Desks,
            Story = letter.Story ?? [],
        };
    }
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

    /// <summary>An equal letter for the same recipient lies there; this copy was not put beside it.</summary>
    Duplicate,

    /// <summary>A person gave it to another desk.</summary>
    Reassigned,
}
