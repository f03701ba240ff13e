using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Postroom.Mail;

namespace Postroom.Queues;

/// <summary>
/// How a header line lies in a queue message: its value as text, for people; or, in a letter that would be too long, as
/// base64 where that is shorter. JSON writes six bytes for a control character, so 32 KB of evidence could become 192.
/// </summary>
internal sealed class EvidenceLineJson(bool dense) : JsonConverter<EvidenceLine>
{
    /// <summary>Writes text.</summary>
    public EvidenceLineJson() : this(dense: false) { }

    public override bool HandleNull => true;

    public override EvidenceLine Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var line = JsonSerializer.Deserialize(ref reader, QueueJson.Default.Written) ?? throw new JsonException("A header line is null.");
        var value = line.Octets is { } octets ? Encoding.Latin1.GetString(octets) : line.Value ?? throw new JsonException("A header line has no value.");
        return new(line.Name, value, line.AboveReceived, line.Cut);
    }

    public override void Write(Utf8JsonWriter writer, EvidenceLine value, JsonSerializerOptions options)
    {
        var written = new Written { Name = value.Name, AboveReceived = value.AboveReceived, Cut = value.Cut };
        JsonSerializer.Serialize(
            writer, dense && IsShorterAsBase64(value.Value) ? written with { Octets = Encoding.Latin1.GetBytes(value.Value) } : written with { Value = value.Value },
            QueueJson.Default.Written);
    }

    private static bool IsShorterAsBase64(string value) =>
        !value.Any(static c => c > '\xFF')
        && QueueJson.LengthOnTheWire(Encoding.UTF8.GetBytes(QueueJson.Encoder.Encode(value))) > (value.Length + 2) / 3 * 4;

    /// <summary>The line's JSON: exactly one of the two values.</summary>
    internal sealed record Written
    {
        public required string Name { get; init; }

        public string? Value { get; init; }

        public byte[]? Octets { get; init; }

        public required bool AboveReceived { get; init; }

        public bool Cut { get; init; }
    }
}
