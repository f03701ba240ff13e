using Postroom.Settings;
using Postroom.Tests.Servers;

namespace Postroom.Tests.Functions;

/// <summary>The files at the top that the Functions host reads.</summary>
internal static class Sample
{
    public static string HostFile { get; } = Path.Combine(Repository.Root, "host.json");

    /// <summary>The values of <c>local.settings.sample.json</c>.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        SettingsFile.Read(Path.Combine(Repository.Root, "local.settings.sample.json"));

    /// <summary>A text with the sample's values in place of its <c>%NAME%</c>, as the host does it.</summary>
    public static string Resolve(string written)
    {
        foreach (var name in Names(written))
            written = written.Replace($"%{name}%", Settings[name], StringComparison.Ordinal);
        return written;
    }

    /// <summary>The settings named in a text.</summary>
    public static IEnumerable<string> Names(string written) => written.Split('%').Where(static (_, i) => i % 2 == 1);
}
