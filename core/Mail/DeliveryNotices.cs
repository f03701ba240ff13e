namespace Postroom.Mail;

/// <summary>Which notices a sender asked for (RFC 3461 §4). We send none; whoever takes the letter further may.</summary>
public sealed record DeliveryNotices
{
    /// <summary><c>FULL</c> or <c>HDRS</c>; null: nothing said.</summary>
    public string? Return { get; init; }

    /// <summary>The sender's own name for the envelope, in xtext.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>What was said for single recipients; those without a word are missing.</summary>
    public IReadOnlyList<RecipientNotice> Recipients { get; init; } = [];
}

/// <summary>Which notices a sender asked for about one recipient (RFC 3461 §4.1, §4.2).</summary>
/// <param name="Recipient">As in the envelope.</param>
public sealed record RecipientNotice(string Recipient)
{
    /// <summary>Such as <c>FAILURE,DELAY</c>; null: nothing said.</summary>
    public string? Notify { get; init; }

    /// <summary>The address the letter was first sent to, as type and xtext; null: nothing said.</summary>
    public string? Original { get; init; }
}
