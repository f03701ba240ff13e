namespace Postroom.Mail;

/// <summary>What the sending server said in MAIL and RCPT (RFC 5321 §2.3.1).</summary>
/// <param name="Sender">Reverse path without brackets; empty for the null sender.</param>
/// <param name="Recipients">Forward paths without brackets.</param>
public sealed record Envelope(string Sender, IReadOnlyList<string> Recipients)
{
    /// <summary>Which delivery notices were asked for; null: none.</summary>
    public DeliveryNotices? Notices { get; init; }
}
