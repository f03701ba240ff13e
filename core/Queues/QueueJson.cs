using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Postroom.Queues;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CollectMessage))]
[JsonSerializable(typeof(InboundMessage))]
[JsonSerializable(typeof(DeliverMessage))]
internal sealed partial class QueueJson : JsonSerializerContext
{
    // Nothing here is ever put into a page: non-ASCII stays as it is, so a message stays short and readable.
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Reads a message after looking at its version: a later one may lack what this build requires.</summary>
    /// <exception cref="JsonException">Not ours, or from a later build.</exception>
    public static T Read<T>(BinaryData body, JsonTypeInfo<T> type)
    {
        if (Version(body) is var version && version != 1)
            throw new JsonException($"The queue message has version {version}; this build knows 1.");
        return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("The queue message is empty.");
    }

    private static long Version(BinaryData body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("v", out var version) && version.TryGetInt64(out var number)
            ? number
            : throw new JsonException("The queue message has no version.");
    }
}
