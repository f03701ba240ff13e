using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Postroom.Cli.Host;

/// <summary>
/// Azurite, the storage emulator, for one machine without a storage account. Who started it stops it; if we are killed
/// it lives on, since it writes its own index to disk only every few seconds and a letter must not depend on that.
/// </summary>
internal sealed partial class Emulator : IAsyncDisposable
{
    private const int BlobPort = 10000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly Process process;

    private Emulator(Process process) => this.process = process;

    /// <summary>Starts the emulator at its usual ports if nobody listens there.</summary>
    /// <returns>Null if it runs already.</returns>
    /// <exception cref="EmulatorException">It cannot be started; the message says what to do.</exception>
    public static async Task<Emulator?> EnsureAsync(string dataFolder, Action<string> progress, CancellationToken stop) =>
        await ListensAsync(BlobPort, stop) ? null : await StartAsync(dataFolder, BlobPort, BlobPort + 1, BlobPort + 2, progress, stop);

    /// <summary>Starts an emulator at ports of its own.</summary>
    /// <exception cref="EmulatorException">It cannot be started; the message says what to do.</exception>
    public static async Task<Emulator> StartAsync(string dataFolder, int blob, int queue, int table, Action<string> progress, CancellationToken stop)
    {
        var main = await InstallAsync(progress, stop);
        System.IO.Directory.CreateDirectory(dataFolder);
        // setsid: a Ctrl-C or kill of our process group must not take the emulator down under our last writes.
        var setsid = OperatingSystem.IsLinux() && File.Exists("/usr/bin/setsid");
        var start = new ProcessStartInfo(setsid ? "/usr/bin/setsid" : "node") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = dataFolder };
        string[] arguments =
        [
            .. setsid ? new[] { "node" } : [], main, "--location", dataFolder, "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
            "--blobPort", Text(blob), "--queuePort", Text(queue), "--tablePort", Text(table),
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        progress("Starting Azurite, the storage emulator");
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(StartLimit);
        foreach (var port in new[] { blob, queue, table })
        {
            while (!await ListensAsync(port, stop))
            {
                if (process.HasExited)
                    throw new EmulatorException($"Azurite ended at once. It said: {(await errors).Trim()}");
                if (limit.IsCancellationRequested)
                    throw new EmulatorException($"Azurite did not answer at port {port} within {StartLimit.TotalSeconds:0} seconds.");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stop);
            }
        }

        return new(process);
    }

    /// <summary>Three ports nobody uses.</summary>
    public static (int Blob, int Queue, int Table) FreePorts()
    {
        var listeners = Enumerable.Range(0, 3).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static l => l.Start());
        var ports = listeners.Select(static l => ((IPEndPoint)l.LocalEndpoint).Port).ToList();
        listeners.ForEach(static l => l.Dispose());
        return (ports[0], ports[1], ports[2]);
    }

    /// <summary>Asks it to end, so that it writes its index, and waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            if (OperatingSystem.IsWindows())
                process.Kill();
            else
                _ = Signal(process.Id, Terminate);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }

        process.Dispose();
    }

    private static async Task<string> InstallAsync(Action<string> progress, CancellationToken stop)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Azurite");
        var folder = Path.Combine(Home(), ".azurite", "npm");
        var main = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "azurite.js");
        if (!await RunsAsync("node", stop))
            throw new EmulatorException("Node.js is missing to start Azurite, the storage emulator of this machine. Install it (Debian: apt-get install nodejs npm), or write the connection string of a storage account into Storage.");
        // npm writes .package-lock.json last, so an interrupted installation is seen and repeated.
        if (SameFile(source, folder, "package-lock.json") && File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
            return main;
        progress("Installing Azurite, the storage emulator (npm, once)");
        System.IO.Directory.CreateDirectory(folder);
        foreach (var name in new[] { "package.json", "package-lock.json" })
            File.Copy(Path.Combine(source, name), Path.Combine(folder, name), overwrite: true);
        var npm = new ProcessStartInfo("npm") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in new[] { "ci", "--no-audit", "--no-fund", "--omit=dev" })
            npm.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(npm)!;
            process.BeginOutputReadLine();
            var errors = await process.StandardError.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            return process.ExitCode == 0 && File.Exists(main)
                ? main
                : throw new EmulatorException($"npm could not install Azurite. It said: {errors.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new EmulatorException("npm is missing to install the storage emulator. Install it (Debian: apt-get install npm), or write a connection string into Storage.", e);
        }
    }

    private static bool SameFile(string one, string other, string name)
    {
        var (here, there) = (Path.Combine(one, name), Path.Combine(other, name));
        return File.Exists(there) && File.ReadAllBytes(here).AsSpan().SequenceEqual(File.ReadAllBytes(there));
    }

    // The checkout we run from, so that one installation serves every folder; else the user's own cache.
    private static string Home()
    {
        if (Environment.GetEnvironmentVariable("POSTROOM_HOME") is { Length: > 0 } home)
            return home;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Postroom.slnx")))
                return folder.FullName;
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "postroom");
    }

    private static async Task<bool> RunsAsync(string program, CancellationToken stop)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await process.WaitForExitAsync(stop);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken stop)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, stop);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private const int Terminate = 15;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int process, int signal);
}
