using Postroom.Mail;

namespace Postroom.Queues;

/// <summary>One letter on its way to one mailbox.</summary>
public sealed record DeliverLetter
{
    /// <summary>The letter's id.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the blob that holds its bytes.</summary>
    public required string Blob { get; init; }

    /// <summary>Octets in the blob.</summary>
    public required long Size { get; init; }

    /// <summary>When we got it.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The account it was collected from; null for direct SMTP.</summary>
    public string? Account { get; init; }

    /// <summary>How it came through the SMTP door; null for collected mail.</summary>
    public SmtpSession? Session { get; init; }

    /// <summary>The desk.</summary>
    public required string Mailbox { get; init; }

    /// <summary>Name of the target that serves the desk.</summary>
    public required string Target { get; init; }

    /// <summary>Whether this is the second or a further target of the mailbox.</summary>
    public bool Copy { get; init; }

    /// <summary>The envelope recipient that led here; null where the account decides (single drop).</summary>
    public string? Recipient { get; init; }

    /// <summary>Envelope sender as far as known; empty for the null sender, null when nothing told.</summary>
    public string? Sender { get; init; }

    /// <summary>Message-ID as written, for traces; null when the letter has none.</summary>
    public string? MessageId { get; init; }

    /// <summary>What decided: a header name, <c>account</c>, <c>envelope</c> or <c>nothing</c>.</summary>
    public required string DecidedBy { get; init; }

    /// <summary>The decision in one sentence, written on top of the letter when it went to the postmaster for want of a recipient.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether the letter lands here only because nobody else could be found.</summary>
    public bool Undetermined { get; init; }

    /// <summary>Every desk the letter was resolved to, this one included: Sweep removes the blob only when all are final.</summary>
    public required IReadOnlyList<string> Desks { get; init; }

    /// <summary>Attempts made so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When delivery was first tried; null before.</summary>
    public DateTimeOffset? FirstTry { get; init; }

    /// <summary>Whether an earlier, broken attempt may have delivered it already: the target then looks before it acts.</summary>
    public bool Repeat { get; init; }
}
