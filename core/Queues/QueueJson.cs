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

    public static T Read<T>(BinaryData body, JsonTypeInfo<T> type, Func<T, int> version) where T : class
    {
        var message = JsonSerializer.Deserialize(body, type) ?? throw new JsonException("The queue message is empty.");
        return version(message) == 1
            ? message
            : throw new JsonException($"The queue message has version {version(message)}; this build knows 1.");
    }
}
