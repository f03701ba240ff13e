using System.Text.Json.Serialization;
using Postroom.Mail;

namespace Postroom.Queues;

/// <summary>One stored letter on its way to Resolve.</summary>
public sealed record InboundLetter
{
    // A path has 256 octets (RFC 5321 §4.5.3.1.3), real ones up to twice that; a line 998 (RFC 5322 §2.1.1). Evidence
    // may be longer, and both are carried on into the deliver message.
    private const int LongestSender = 512;
    private const int LongestMessageId = 998;

    /// <summary>The letter's id: derived for collected mail, fresh for direct SMTP.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the blob that holds its bytes.</summary>
    public required string Blob { get; init; }

    /// <summary>Octets in the blob.</summary>
    public required long Size { get; init; }

    /// <summary>When we got it.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The account it was collected from; null for direct SMTP.</summary>
    public string? Account { get; init; }

    /// <summary>The SMTP envelope; null for collected mail.</summary>
    public Envelope? Envelope { get; init; }

    /// <summary>How it came through the SMTP door; null for collected mail.</summary>
    public DoorSession? Session { get; init; }

    /// <summary>The header lines that may decide who gets it.</summary>
    public required HeaderEvidence Evidence { get; init; }

    /// <summary>Envelope sender as far as known: the SMTP envelope's, or the provider's Return-Path. Empty for the null sender; null when nothing told, or something longer than any address.</summary>
    [JsonIgnore]
    public string? Sender =>
        (Envelope?.Sender ?? Evidence.Text("Return-Path")?.Trim().Trim('<', '>')) is { Length: <= LongestSender } sender ? sender : null;

    /// <summary>Message-ID as written, cut where no line may go on; null when the letter has none.</summary>
    [JsonIgnore]
    public string? MessageId
    {
        get
        {
            var id = Evidence.Text("Message-ID")?.Trim();
            return id?.Length > LongestMessageId ? id[..LongestMessageId] : id;
        }
    }

    /// <summary>What equal copies of a letter have in common, account, Message-ID and body in one hash; null when it has no Message-ID.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Whether its account had a letter of the same fingerprint within a week: delivery then looks before it acts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayBeCopy { get; init; }

    /// <summary>Whether a person released it: what holds letters back because they are too many no longer does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Released { get; init; }

    /// <summary>What happened to it so far beside its straight way; null: nothing.</summary>
    public IReadOnlyList<StoryLine>? Story { get; init; }

    /// <summary>
    /// What it is about, if we wrote it ourselves to tell of an account: it goes to the account's mailbox or the
    /// postmaster. Null for everybody else's letters.
    /// </summary>
    public string? Notice { get; init; }

    /// <summary>Whether an earlier, broken attempt may have sent it already: later stages then look before they act.</summary>
    public bool Repeat { get; init; }
}
