using System.Text;
using System.Text.Json.Serialization;
using Postroom.Mail;

namespace Postroom.Queues;

/// <summary>One letter on its way to one mailbox.</summary>
public sealed record DeliverLetter
{
    // Together with sender, recipient and Message-ID they must stay below the 64 KiB of a queue message, even if JSON
    // writes six bytes for a character; desks also below the 32,768 characters of a ledger row's property.
    private const int MostReason = 1000;
    private const int MostDeskBytes = 24 << 10;

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

    /// <summary>When its desk was found.</summary>
    public DateTimeOffset? Sorted { get; init; }

    /// <summary>
    /// Every place the letter is meant for, this one included, as <see cref="Places"/> names them: Sweep removes the blob only when all are final. Empty when
    /// they are too many for a message (about a thousand); the blob is then kept for good.
    /// </summary>
    public required IReadOnlyList<string> Desks { get; init; }

    /// <summary>Attempts made so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When delivery was first tried; null before.</summary>
    public DateTimeOffset? FirstTry { get; init; }

    /// <inheritdoc cref="InboundLetter.Fingerprint"/>
    public string? Fingerprint { get; init; }

    /// <inheritdoc cref="InboundLetter.MayBeCopy"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayBeCopy { get; init; }

    /// <inheritdoc cref="InboundLetter.Story"/>
    public IReadOnlyList<StoryLine>? Story { get; init; }

    /// <summary>Whether an earlier, broken attempt may have delivered it already: the target then looks before it acts.</summary>
    public bool Repeat { get; init; }

    /// <summary>The letter as it fits into a queue message.</summary>
    internal DeliverLetter Fitting() => this with
    {
        Reason = Reason.Length <= MostReason ? Reason : Reason[..MostReason],
        Desks = Desks.Sum(static d => Encoding.UTF8.GetByteCount(d) + 3) <= MostDeskBytes ? Desks : [],
    };

    /// <summary>The places of a desk in <see cref="Desks"/>: the mailbox, and for each further target <c>mailbox/target</c>.</summary>
    public static IEnumerable<string> Places(string mailbox, IReadOnlyList<string> targets) =>
        [mailbox, .. targets.Skip(1).Select(t => $"{mailbox}/{t}")];

    /// <summary>A place taken apart; the target is null for the first one of the mailbox.</summary>
    public static (string Mailbox, string? Copy) MailboxAndCopy(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        // No name holds a slash.
        return place.IndexOf('/', StringComparison.Ordinal) is >= 0 and var at ? (place[..at], place[(at + 1)..]) : (place, null);
    }

    /// <summary>One letter for each target of a desk.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="mailbox">The desk.</param>
    /// <param name="targets">Names of its targets; none: the default target.</param>
    /// <param name="recipient">The envelope recipient that led here; null where none did.</param>
    /// <param name="decidedBy">As <see cref="DecidedBy"/>.</param>
    /// <param name="reason">As <see cref="Reason"/>.</param>
    /// <param name="undetermined">As <see cref="Undetermined"/>.</param>
    /// <param name="desks">As <see cref="Desks"/>.</param>
    /// <param name="now">As <see cref="Sorted"/>.</param>
    public static IEnumerable<DeliverLetter> ForDesk(
        InboundLetter letter, string mailbox, IReadOnlyList<string> targets, string? recipient,
        string decidedBy, string reason, bool undetermined, IReadOnlyList<string> desks, DateTimeOffset now) =>
        (targets.Count == 0 ? ["default"] : targets).Select((target, i) => new DeliverLetter
        {
            Id = letter.Id,
            Blob = letter.Blob,
            Size = letter.Size,
            Received = letter.Received,
            Account = letter.Account,
            Mailbox = mailbox,
            Target = target,
            Copy = i > 0,
            Recipient = recipient,
            Sender = letter.Sender,
            MessageId = letter.MessageId,
            DecidedBy = decidedBy,
            Reason = reason,
            Undetermined = undetermined,
            Sorted = now,
            Desks = desks,
            Fingerprint = letter.Fingerprint,
            MayBeCopy = letter.MayBeCopy,
            Story = letter.Story,
            Repeat = letter.Repeat,
        });
}
