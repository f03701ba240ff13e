using System.Buffers;
using System.Text.Json;

namespace Postroom.Queues;

/// <summary>Letters that travel in one queue message, with the message ready to send.</summary>
/// <param name="Letters">1 to 32 letters.</param>
/// <param name="Body">The message as it travels.</param>
public sealed record LetterBatch<T>(IReadOnlyList<T> Letters, BinaryData Body);

internal static class LetterBatch
{
    /// <summary>Most letters in one message.</summary>
    public const int MaxLetters = 32;

    /// <summary>Most mail that one message stands for, so that a handler ends well within a lease. One larger letter travels alone.</summary>
    public const long MaxMailBytes = 8 << 20;

    /// <summary>
    /// Most JSON in one message, as it is on the wire. One longer letter travels alone; it must stay below
    /// <see cref="MostQueueBytes"/>, as an evidence of <see cref="Mail.CandidateHeaders.Budget"/> does when it is written densely.
    /// </summary>
    public const int MaxJsonBytes = 40 << 10;

    /// <summary>What a queue takes.</summary>
    public const int MostQueueBytes = 64 << 10;

    // {"v":1,"letters":[]}
    private const int Frame = 20;

    /// <param name="letters">In this order.</param>
    /// <param name="size">Octets of a letter.</param>
    /// <param name="write">A letter's JSON.</param>
    /// <param name="apart">Letters in which this differs do not travel together.</param>
    public static IEnumerable<LetterBatch<T>> Pack<T>(
        IEnumerable<T> letters, Func<T, long> size, Func<T, byte[]> write, Func<T, string> apart)
    {
        List<T> batch = [];
        List<byte[]> parts = [];
        long mail = 0, json = Frame;
        foreach (var letter in letters)
        {
            var part = write(letter);
            var length = QueueJson.LengthOnTheWire(part);
            var full = batch.Count == MaxLetters || mail + size(letter) > MaxMailBytes || json + length > MaxJsonBytes;
            if (batch.Count > 0 && (full || !string.Equals(apart(batch[0]), apart(letter), StringComparison.OrdinalIgnoreCase)))
            {
                yield return new(batch, Join(parts));
                (batch, parts, mail, json) = ([], [], 0, Frame);
            }

            batch.Add(letter);
            parts.Add(part);
            mail += size(letter);
            json += length + 1;
        }

        if (batch.Count > 0)
            yield return new(batch, Join(parts));
    }

    private static BinaryData Join(List<byte[]> parts)
    {
        var buffer = new ArrayBufferWriter<byte>(parts.Sum(static p => p.Length + 1) + 32);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteStartArray("letters");
            foreach (var part in parts)
                json.WriteRawValue(part, skipInputValidation: true);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new BinaryData(buffer.WrittenMemory);
    }
}
