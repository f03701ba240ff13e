using Postroom.Mail;

namespace Postroom.Resolve;

/// <summary>Who a collected letter was sent to, and how that was found out.</summary>
/// <param name="Recipients">Envelope addresses in the account's domains, in the order they stood, each once; empty: undetermined.</param>
/// <param name="DecidedBy">The header that decided, as configured and without colon (<c>Envelope-to</c>, <c>Received</c>), <c>To</c> for that fallback, or <c>nothing</c>.</param>
/// <param name="Reason">One sentence for the administrator; no control characters, may hold Unicode from an address.</param>
/// <param name="Steps">Every step of the decision, in words, for <c>postroom explain</c>.</param>
public sealed record RecipientDecision(
    IReadOnlyList<EmailAddress> Recipients, string DecidedBy, string Reason, IReadOnlyList<string> Steps)
{
    /// <summary>What <see cref="DecidedBy"/> says when no line named a recipient of ours.</summary>
    public const string ByNothing = "nothing";
}
