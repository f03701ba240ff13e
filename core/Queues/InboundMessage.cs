using System.Text.Json;

namespace Postroom.Queues;

/// <summary>Stored letters that wait for their recipients.</summary>
/// <param name="V">Wire version; this build knows 1.</param>
/// <param name="Letters">1 to 32 letters; each succeeds, waits or is held on its own.</param>
public sealed record InboundMessage(int V, IReadOnlyList<InboundLetter> Letters)
{
    /// <summary>Reads a message from the inbound queue.</summary>
    /// <exception cref="JsonException">Not ours, or from a later build: poison it.</exception>
    public static InboundMessage Read(BinaryData body) =>
        QueueJson.Read(body, QueueJson.Default.InboundMessage, static m => m.Letters.All(static l => l is not null));

    /// <summary>Packs letters into as few messages as their bounds allow, in order.</summary>
    public static IEnumerable<LetterBatch<InboundLetter>> Pack(IEnumerable<InboundLetter> letters) =>
        LetterBatch.Pack(letters, static l => l.Size, Write, static _ => "");

    private static byte[] Write(InboundLetter letter)
    {
        var text = QueueJson.Write(letter, QueueJson.Default.InboundLetter);
        return QueueJson.LengthOnTheWire(text) <= LetterBatch.MaxJsonBytes ? text : QueueJson.Write(letter, QueueJson.Dense.InboundLetter);
    }
}
