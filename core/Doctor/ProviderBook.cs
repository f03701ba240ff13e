using System.Text.Json;
using System.Text.Json.Serialization;
using Postroom.Resolve;

namespace Postroom.Doctor;

/// <summary>What is known of providers, <c>providers.json</c>; <c>docs/providers.md</c> shows the same to people.</summary>
public sealed class ProviderBook
{
    private const string Resource = "providers.json";

    // Marks in fewer letters are those of a system the letters only passed.
    private const double LeastShare = 0.5;

    private readonly List<string> headers;

    private ProviderBook(IReadOnlyList<ProviderEntry> entries)
    {
        Entries = entries;
        headers = [.. entries.Select(static e => e.Header).Where(static h => h.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The book that comes with the program.</summary>
    public static ProviderBook Own { get; } = Open();

    /// <summary>All entries.</summary>
    public IReadOnlyList<ProviderEntry> Entries { get; }

    /// <summary>How early the book names a header as the one to use; unknown ones come last.</summary>
    internal int Rank(string header)
    {
        var index = headers.FindIndex(h => h.Equals(header, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? headers.Count : index;
    }

    /// <summary>Whose marks are in the letters: providers before software, the more frequent first.</summary>
    internal IReadOnlyList<RecognisedProvider> Recognise(IReadOnlyList<SampledLetter> letters) =>
    [
        .. Entries.Select(entry => new RecognisedProvider(entry, letters.Count(l => Bears(l, entry.Signs))))
            .Where(r => r.Letters > 0 && r.Letters >= letters.Count * (r.Entry.Kind == ProviderKind.Forwarder ? LeastShare / 5 : LeastShare))
            .OrderBy(static r => r.Entry.Kind)
            .ThenByDescending(static r => r.Letters),
    ];

    private static bool Bears(SampledLetter letter, ProviderSigns signs)
    {
        var hosts = new OurHosts(signs.Hosts);
        return letter.ProviderLines.Any(line => hosts.Contains(line.By) || signs.ReceivedText.Any(line.Text.Contains))
            || signs.Headers.Any(name => letter.Named(name).Count > 0);
    }

    private static ProviderBook Open()
    {
        using var stream = typeof(ProviderBook).Assembly.GetManifestResourceStream(Resource)!;
        return new(JsonSerializer.Deserialize(stream, ProviderJson.Default.ListProviderEntry)!);
    }
}

/// <summary>The book's form.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web,
    UseStringEnumConverter = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(List<ProviderEntry>))]
internal sealed partial class ProviderJson : JsonSerializerContext;
