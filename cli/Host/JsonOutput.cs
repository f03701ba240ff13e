using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postroom.Cli.Host;

/// <summary>Answers for scripts: one shape for all commands.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter() },
    };

    public static string Text<T>(T answer) => JsonSerializer.Serialize(answer, Readable);

    public static int Print<T>(T answer)
    {
        Console.Out.WriteLine(Text(answer));
        return Counter.Well;
    }
}
