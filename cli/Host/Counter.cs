using System.Collections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Postroom.Directory;
using Postroom.Settings;
using Postroom.Store;
using Spectre.Console;

namespace Postroom.Cli.Host;

/// <summary>Where a command gets its settings and services, and where it turns what can go wrong at the start into a sentence and an exit code.</summary>
internal static class Counter
{
    /// <summary>Everything went well.</summary>
    public const int Well = 0;

    /// <summary>The command ran and something did not go well: it said what.</summary>
    public const int Trouble = 1;

    /// <summary>The command did not run: settings or arguments are wrong.</summary>
    public const int Refused = 2;

    /// <summary>Default settings file.</summary>
    public const string SettingsName = "local.settings.json";

    /// <summary>Reads a settings file with the environment on top.</summary>
    /// <exception cref="SettingsException">Everything that is wrong.</exception>
    public static PostroomSettings Settings(string file) =>
        SettingsReader.Read(Written(file), Variables(), Folder(file));

    /// <summary>Reads likewise, while it is open how one account's recipients are found.</summary>
    /// <exception cref="SettingsException">Everything else that is wrong.</exception>
    public static PostroomSettings SettingsUnsettled(string file, string account, out IReadOnlyList<string> forgiven) =>
        SettingsReader.ReadUnsettled(Written(file), Variables(), Folder(file), account, out forgiven);

    // In a container everything may stand in the environment.
    private static IReadOnlyDictionary<string, string> Written(string file) =>
        file == SettingsName && !File.Exists(file) && Variables().ContainsKey("Postmaster") ? new Dictionary<string, string>() : SettingsFile.Read(Path.GetFullPath(file));

    private static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static e => (string)e.Key, static e => (string?)e.Value ?? "", StringComparer.OrdinalIgnoreCase);

    private static string Folder(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <summary>
    /// Services for a command that only looks at the storage account or puts something there. Starts the emulator for
    /// its own time if that is what the settings ask for and nobody else did: <c>run --until-idle</c> leaves none behind.
    /// </summary>
    /// <param name="file">The settings file; the emulator's data lie beside it.</param>
    /// <param name="use">The command.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async Task<int> WithStorageAsync(string file, Func<PostroomSettings, ServiceProvider, Task<int>> use, CancellationToken stop)
    {
        var settings = Settings(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        await using var emulator = settings.Storage.IsDevelopment
            ? await Emulator.EnsureAsync(Path.Combine(folder, ".azurite", "data"), Console.Error.WriteLine, stop)
            : null;
        await using var services = Services(settings, LogLevel.Error);
        await services.GetRequiredService<OfficeStorage>().PrepareAsync(stop);
        return await use(settings, services);
    }

    /// <summary>Services for settings.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="level">What is logged to standard error.</param>
    public static ServiceProvider Services(PostroomSettings settings, LogLevel level) =>
        new ServiceCollection()
            .AddLogging(log => log
                .SetMinimumLevel(level)
                .AddConsole(static console =>
                {
                    console.LogToStandardErrorThreshold = LogLevel.Trace;
                    console.FormatterName = LogLine.FormatterName;
                }))
            .AddSingleton<ConsoleFormatter>(new LogLine(withStack: level <= LogLevel.Information))
            .AddPostroom(settings)
            .BuildServiceProvider();

    /// <summary>Runs a command; known troubles become a sentence on standard error.</summary>
    public static async Task<int> ServeAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Refused;
        }
        catch (Exception e) when (e is EmulatorException or InvalidDataException or DirectoryException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Refused;
        }
        catch (Azure.RequestFailedException e)
        {
            await Console.Error.WriteLineAsync($"The storage account cannot be used: {e.Message.Split('\n')[0]}");
            return Trouble;
        }
        catch (TimeoutException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Trouble;
        }
        catch (AggregateException e) when (e.InnerExceptions.All(static i => i is Azure.RequestFailedException))
        {
            await Console.Error.WriteLineAsync($"The storage account cannot be reached: {e.InnerExceptions[0].Message.Split('\n')[0]}. Look at the setting Storage; the emulator of this machine runs while postroom run does.");
            return Trouble;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return Trouble;
        }
    }

    /// <summary>Whether a person watches: then tables and colours, else plain lines.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>Text from a letter, safe for a terminal: no escapes, no line breaks, no direction tricks.</summary>
    public static string Safe(string? text) =>
        text is null ? "" : string.Concat(text.Select(static c => char.IsControl(c) || c is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') ? '\uFFFD' : c));
}
