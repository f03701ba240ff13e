using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

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

    /// <summary>Most JSON in one message. Must stay below the queue's 64 KiB, and above one letter's 32 KB of evidence.</summary>
    public const int MaxJsonBytes = 40 << 10;

    public static IEnumerable<LetterBatch<T>> Pack<T>(
        IEnumerable<T> letters, Func<T, long> size, JsonTypeInfo<T> type, Func<T, string> apart)
    {
        List<T> batch = [];
        List<byte[]> parts = [];
        long mail = 0, json = 0;
        foreach (var letter in letters)
        {
            var part = Write(letter, type);
            var full = batch.Count == MaxLetters || mail + size(letter) > MaxMailBytes || json + part.Length > MaxJsonBytes;
            if (batch.Count > 0 && (full || !string.Equals(apart(batch[0]), apart(letter), StringComparison.OrdinalIgnoreCase)))
            {
                yield return new(batch, Join(parts));
                (batch, parts, mail, json) = ([], [], 0, 0);
            }

            batch.Add(letter);
            parts.Add(part);
            mail += size(letter);
            json += part.Length + 1;
        }

        if (batch.Count > 0)
            yield return new(batch, Join(parts));
    }

    private static byte[] Write<T>(T letter, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = QueueJson.Encoder }))
            JsonSerializer.Serialize(json, letter, type);
        return buffer.WrittenSpan.ToArray();
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
