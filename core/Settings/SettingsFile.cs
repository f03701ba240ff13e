using System.Text.Json;

namespace Postroom.Settings;

/// <summary>A settings file: the <c>Values</c> of a <c>local.settings.json</c>, or the same names at its top level.</summary>
public static class SettingsFile
{
    private static readonly JsonDocumentOptions Lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads name and value pairs.</summary>
    /// <exception cref="SettingsException">There is no such file, or it is not such a file.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            ReadOnlyMemory<byte> file = File.ReadAllBytes(path);
            // Editors on Windows put a byte order mark in front.
            if (file.Span.StartsWith("\uFEFF"u8))
                file = file[3..];
            using var json = JsonDocument.Parse(file, Lenient);
            var root = json.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("Values", out var inner))
                root = inner;
            if (root.ValueKind != JsonValueKind.Object)
                throw new SettingsException([$"{path}: no settings in it. Write an object \"Values\" with one text for each setting, as in local.settings.sample.json."]);
            var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            List<string> problems = [];
            foreach (var value in root.EnumerateObject().Where(static p => p.Name is not ("IsEncrypted" or "Host" or "ConnectionStrings" or "$schema")))
            {
                if (value.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    problems.Add($"{value.Name}: is nested in {path}. Write one flat text for each setting, with __ between the parts of its name.");
                else if (!values.TryAdd(value.Name.Replace(":", "__", StringComparison.Ordinal), value.Value.ToString()))
                    problems.Add($"{value.Name}: stands twice in {path}. Remove one of them.");
            }

            return problems.Count == 0 ? values : throw new SettingsException(problems);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SettingsException([$"{path}: there is no such file. Copy local.settings.sample.json there, or name another with --settings FILE."]);
        }
        catch (JsonException e)
        {
            throw new SettingsException([$"{path}: is not JSON (line {e.LineNumber + 1}). {e.Message}"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([$"{path}: cannot be read. {e.Message}"]);
        }
    }
}
