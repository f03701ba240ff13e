using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Postroom.Deliver;
using Postroom.Settings;

namespace Postroom.Functions;

/// <summary>The settings, with what must hold besides because the Functions host reads some of them on its own.</summary>
internal static class AppSettings
{
    // What stands between % signs in our triggers. The host puts the written values there and knows none of our defaults:
    // a trigger without its setting would not start, and its queue would fill up in silence.
    public static IReadOnlyList<string> ReadByHost { get; } =
        ["POLL_SCHEDULE", "SWEEP_SCHEDULE", "COLLECT_QUEUE", "INBOUND_QUEUE", "DELIVER_QUEUE"];

    /// <summary>Reads app settings.</summary>
    /// <param name="configuration">The process's configuration, ours among much else.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <exception cref="SettingsException">Everything that is wrong.</exception>
    public static PostroomSettings Read(IConfiguration configuration, string folder)
    {
        List<string> problems = [.. Missing(configuration), .. Divided(configuration), .. Passing(configuration)];
        PostroomSettings settings;
        try
        {
            settings = SettingsReader.Read(configuration, folder);
        }
        catch (SettingsException e)
        {
            throw new SettingsException([.. e.Problems, .. problems]);
        }

        return problems.Count == 0 ? settings : throw new SettingsException(problems);
    }

    private static IEnumerable<string> Missing(IConfiguration configuration) =>
        from setting in ReadByHost
        where string.IsNullOrWhiteSpace(configuration[setting])
        let usual = SettingsCatalogue.All.Single(d => d.Name == setting).Default.Trim('`')
        select $"{setting}: is missing. The Functions host needs it written even where the usual value will do. Write {usual}.";

    // In Azure a relative folder lies on the instance's own disk and is gone with it, letters and all.
    private static IEnumerable<string> Passing(IConfiguration configuration)
    {
        if (configuration["WEBSITE_INSTANCE_ID"] is null)
            yield break;
        foreach (var target in configuration.GetSection("Targets").GetChildren().Select(static t => t.Key).DefaultIfEmpty("default"))
        {
            var of = configuration.GetSection($"Targets:{target}");
            if (Enum.TryParse<TargetKind>(of["Kind"] ?? nameof(TargetKind.Maildir), ignoreCase: true, out var kind) && kind == TargetKind.Maildir && !Path.IsPathRooted(of["Path"]))
                yield return $"Targets__{target}__Path: is a folder on this instance's own disk, which is gone when the instance is. Write the full path of a mounted share.";
        }
    }

    // Triggers listen on AzureWebJobsStorage, stages use Storage: on two accounts nobody would hear the other.
    private static IEnumerable<string> Divided(IConfiguration configuration)
    {
        if (QueueService(configuration, "Storage") is { } ours && QueueService(configuration, "AzureWebJobsStorage") is { } heard && ours != heard)
            yield return $"Storage: is not the account of AzureWebJobsStorage, on which the triggers listen ({ours.Host} and {heard.Host}): letters would wait for ever. Remove Storage, or write the same account in both.";
    }

    private static Uri? QueueService(IConfiguration configuration, string root)
    {
        try
        {
            return configuration[root] is { Length: > 0 } text ? new QueueServiceClient(text).Uri
                : configuration[root + ":queueServiceUri"] is { Length: > 0 } address ? new Uri(address)
                : configuration[root + ":accountName"] is { Length: > 0 } account ? new Uri($"https://{account}.queue.core.windows.net")
                : null;
        }
        catch (FormatException)
        {
            // SettingsReader says so of Storage, the host of its own.
            return null;
        }
    }
}
