using System.Text.Json;

namespace Postroom.Queues;

/// <summary>Letters on their way to the desks of one target.</summary>
/// <param name="V">Wire version; this build knows 1.</param>
/// <param name="Letters">1 to 32 letters, all for the same target, so that a slow target holds up nobody else.</param>
public sealed record DeliverMessage(int V, IReadOnlyList<DeliverLetter> Letters)
{
    /// <summary>Reads a message from the deliver queue.</summary>
    /// <exception cref="JsonException">Not ours, or from a later build: poison it.</exception>
    public static DeliverMessage Read(BinaryData body) =>
        QueueJson.Read(body, QueueJson.Default.DeliverMessage, static m => m.Letters.All(static l => l is not null));

    /// <summary>Packs letters into as few messages as their bounds allow, one target a message, mailboxes side by side.</summary>
    public static IEnumerable<LetterBatch<DeliverLetter>> Pack(IEnumerable<DeliverLetter> letters) =>
        LetterBatch.Pack(
            letters.OrderBy(static l => l.Target, StringComparer.OrdinalIgnoreCase).ThenBy(static l => l.Mailbox, StringComparer.OrdinalIgnoreCase),
            static l => l.Size, static l => QueueJson.Write(l.Fitting(), QueueJson.Default.DeliverLetter), static l => l.Target);
}
