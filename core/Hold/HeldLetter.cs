using Postroom.Mail;

namespace Postroom.Hold;

/// <summary>A letter, or a queue message nobody could read, that waits for a person.</summary>
public sealed record HeldLetter
{
    /// <summary>Name by which <c>held show</c> and <c>held release</c> find it.</summary>
    public required string Id { get; init; }

    /// <summary>Why it waits, in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The queue it was in: the stage that could not go on.</summary>
    public required string Queue { get; init; }

    /// <summary>The queue message as it was, so that a release loses nothing.</summary>
    public required string Message { get; init; }

    /// <summary>The letter's id; null for a message that could not be read.</summary>
    public string? Letter { get; init; }

    /// <summary>Name of the blob with its bytes; null for a message that could not be read.</summary>
    public string? Blob { get; init; }

    /// <summary>Octets in the blob.</summary>
    public long Size { get; init; }

    /// <summary>When we got the letter.</summary>
    public DateTimeOffset? Received { get; init; }

    /// <summary>Account it was collected from.</summary>
    public string? Account { get; init; }

    /// <summary>The desk it could not be put on; null if none was found.</summary>
    public string? Mailbox { get; init; }

    /// <summary>Envelope sender.</summary>
    public string? Sender { get; init; }

    /// <summary>Envelope recipient.</summary>
    public string? Recipient { get; init; }

    /// <summary>Message-ID as written.</summary>
    public string? MessageId { get; init; }

    /// <summary>What happened before it was held, and when it was sent on what a person did.</summary>
    public IReadOnlyList<StoryLine> Story { get; init; } = [];
}
