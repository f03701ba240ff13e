namespace Postroom.Doctor;

/// <summary>Header fields whose addresses say nothing about the envelope: programs of senders, forwarders and filters write them.</summary>
internal static class SenderHeaders
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "To", "Cc", "Bcc", "From", "Sender", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Comments", "Keywords",
        "Return-Path", "Errors-To", "Apparently-To", "Mail-Followup-To", "Mail-Reply-To", "Disposition-Notification-To",
        "Return-Receipt-To", "Authentication-Results", "Received-SPF", "DKIM-Signature", "DomainKey-Signature", "Autocrypt",
        "Thread-Topic", "Thread-Index", "X-Envelope-From", "X-Mail-From", "X-Sender", "X-Authenticated-Sender", "X-Authenticated-User",
        "X-Return-Path", "X-Forwarded-For", "X-Report-Abuse", "X-Report-Abuse-To", "X-BeenThere", "X-Complaints-To",
    };

    private static readonly string[] Families = ["Resent-", "List-", "ARC-", "Content-", "X-Google-", "X-MS-", "X-Spam-", "X-Mailman-"];

    // RFC 5322 §3.6 and RFC 2045 §3: what a sender's program writes, whatever else it may write.
    private static readonly HashSet<string> InEveryLetter = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Reply-To",
        "Sender", "DKIM-Signature",
    };

    /// <summary>Whether no setting may be built on it.</summary>
    public static bool Contains(string name) =>
        Names.Contains(name) || Array.Exists(Families, f => name.StartsWith(f, StringComparison.OrdinalIgnoreCase));

    public static bool IsInEveryLetter(string name) => InEveryLetter.Contains(name);

    public static bool IsAddressee(string name) =>
        name.Equals("To", StringComparison.OrdinalIgnoreCase) || name.Equals("Cc", StringComparison.OrdinalIgnoreCase);

    public static bool IsReceived(string name) => name.Equals("Received", StringComparison.OrdinalIgnoreCase);
}
