using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Postroom.Queues;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, Converters = [typeof(EvidenceLineJson)])]
[JsonSerializable(typeof(CollectMessage))]
[JsonSerializable(typeof(InboundMessage))]
[JsonSerializable(typeof(DeliverMessage))]
[JsonSerializable(typeof(EvidenceLineJson.Written))]
internal sealed partial class QueueJson : JsonSerializerContext
{
    // Nothing here is ever put into a page: non-ASCII stays as it is, so a message stays short and readable.
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The same messages, with base64 for header lines that are shorter so.</summary>
    public static QueueJson Dense => dense ??= CreateDense();

    // Not at once: nobody says whether the generated half of this class has made Default by then.
    private static QueueJson? dense;

    /// <summary>Reads a message after looking at its version: a later one may lack what this build requires.</summary>
    /// <param name="body">The message.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="isWhole">Whether nothing in it is null that types cannot guard: the entries of a list.</param>
    /// <exception cref="JsonException">Not ours, or from a later build.</exception>
    public static T Read<T>(BinaryData body, JsonTypeInfo<T> type, Func<T, bool> isWhole) where T : class
    {
        if (Version(body) is var version && version != 1)
            throw new JsonException($"The queue message has version {version}; this build knows 1.");
        var message = JsonSerializer.Deserialize(body, type) ?? throw new JsonException("The queue message is empty.");
        return isWhole(message) ? message : throw new JsonException("An entry of the queue message is null.");
    }

    public static byte[] Write<T>(T letter, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = Encoder }))
            JsonSerializer.Serialize(json, letter, type);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Octets of JSON in a Put Message request, which is XML: there <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> grow.</summary>
    public static int LengthOnTheWire(ReadOnlySpan<byte> json) =>
        json.Length + 3 * (json.Count((byte)'<') + json.Count((byte)'>')) + 4 * json.Count((byte)'&');

    private static QueueJson CreateDense()
    {
        var options = new JsonSerializerOptions(Default.Options) { TypeInfoResolver = null };
        options.Converters.Clear();
        options.Converters.Add(new EvidenceLineJson(dense: true));
        return new(options);
    }

    private static long Version(BinaryData body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("v", out var version)
            && version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out var number)
            ? number
            : throw new JsonException("The queue message has no version.");
    }
}
