using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace Postroom.Tests.Servers;

/// <summary>
/// The command <c>postroom</c> as it was built with these tests, in a folder of its own, with the settings of one
/// administrator. It can be started any number of times, also at once.
/// </summary>
public sealed class PostroomCommand : IAsyncDisposable
{
    private readonly Dictionary<string, string>? settings;
    private readonly List<Run> runs = [];

    /// <param name="settings">Settings by name, for a settings file that every start is told of; null: none.</param>
    public PostroomCommand(IReadOnlyDictionary<string, string>? settings = null) =>
        this.settings = settings is null ? null : new(settings);

    /// <summary>The folder it works in; deleted with this.</summary>
    public string Folder { get; } = System.IO.Directory.CreateTempSubdirectory("postroom-").FullName;

    /// <summary>Variables that come on top of ours; null as value takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Runs it to its end. The longest a run may take; two minutes if null.</summary>
    /// <exception cref="TimeoutException">It took longer and was killed; the text says what it wrote.</exception>
    public async Task<Ran> RunAsync(TimeSpan? limit, params string[] arguments)
    {
        var run = await StartAsync(arguments);
        return await run.EndAsync(limit);
    }

    /// <inheritdoc cref="RunAsync(TimeSpan?, string[])"/>
    public Task<Ran> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    /// <summary>Starts it and returns at once, for a test that watches or kills it.</summary>
    public async Task<Run> StartAsync(params string[] arguments)
    {
        if (settings is not null)
            arguments = [.. arguments, "--settings", await SettingsFileAsync(settings)];
        var run = new Run(await ChildProcess.StartAsync(
            Dotnet, [Repository.Built("Postroom.Cli", "postroom.dll"), .. arguments], Folder, Environment));
        runs.Add(run);
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in runs)
            await run.DisposeAsync();
        System.IO.Directory.Delete(Folder, recursive: true);
    }

    // The one these tests run on, where it says so.
    private static string Dotnet =>
        System.Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, "dotnet") : "dotnet";

    private async Task<string> SettingsFileAsync(Dictionary<string, string> values)
    {
        var file = Path.Combine(Folder, "settings.json");
        await File.WriteAllBytesAsync(
            file, JsonSerializer.SerializeToUtf8Bytes(new { IsEncrypted = false, Values = values }),
            TestContext.Current.CancellationToken);
        return file;
    }

    /// <summary>What a run left.</summary>
    /// <param name="ExitCode">Its exit code; 137 after a kill -9.</param>
    /// <param name="Output">Standard output, lines ended by LF.</param>
    /// <param name="Errors">Standard error, likewise.</param>
    public sealed record Ran(int ExitCode, string Output, string Errors);

    /// <summary>A run that may still be under way.</summary>
    public sealed class Run : IAsyncDisposable
    {
        private static readonly TimeSpan Usual = TimeSpan.FromMinutes(2);

        private readonly ChildProcess process;

        internal Run(ChildProcess process) => this.process = process;

        public bool HasExited => process.HasExited;

        /// <summary>Standard output so far.</summary>
        public string Output => process.Output;

        /// <summary>Standard error so far.</summary>
        public string Errors => process.Errors;

        /// <summary>kill -9, at whatever it is doing.</summary>
        public void Kill() => process.Kill();

        /// <summary>Ctrl-C.</summary>
        public void Interrupt() => process.Signal(PosixSignal.SIGINT);

        /// <summary>Waits for its end, two minutes if nothing else is said.</summary>
        /// <exception cref="TimeoutException">It took longer and was killed; the text says what it wrote.</exception>
        public async Task<Ran> EndAsync(TimeSpan? limit = null)
        {
            var code = await process.ExitAsync(limit ?? Usual);
            return new Ran(code, process.Output, process.Errors);
        }

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }
}
