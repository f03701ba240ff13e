using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Postroom.Tests.Servers;

/// <summary>A real program that runs beside the tests and never longer than they do.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly string[] Wrapping = ["--pdeathsig", "KILL", "--", "setsid"];
    private static readonly BlockingCollection<Action> Births = Nursery();

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly Process process;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();

    private ChildProcess(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => ended.TrySetResult();
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>What it wrote to its standard output so far.</summary>
    public string Output { get { lock (output) return output.ToString(); } }

    /// <summary>What it wrote to its standard error so far.</summary>
    public string Errors { get { lock (errors) return errors.ToString(); } }

    /// <summary>Starts a program without input.</summary>
    /// <param name="program">Full path, or a name on the path.</param>
    /// <param name="arguments">Its arguments, each as it shall arrive.</param>
    /// <param name="folder">Where it works; null: where the tests do.</param>
    /// <param name="environment">Variables that come on top of ours; null as value takes one away.</param>
    public static async Task<ChildProcess> StartAsync(
        string program, IEnumerable<string> arguments, string? folder = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        // Whatever ends the tests, even kill -9, ends the program with them. All it starts is one group, found by its id.
        var start = new ProcessStartInfo("setpriv", [.. Wrapping, program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var child = new ChildProcess(start);
        var born = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Births.Add(() =>
        {
            try
            {
                child.process.Start();
                born.SetResult();
            }
            catch (Exception e)
            {
                born.SetException(e);
            }
        });
        await born.Task;
        child.process.StandardInput.Close();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Asks until the program answers; it fails with what the program wrote if that ends or takes a minute.</summary>
    public async Task ReadyAsync(Func<CancellationToken, Task> ask, Func<string>? log = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                await ask(limit.Token);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException && !HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            }
            catch (Exception e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                var end = HasExited ? $"ended with {process.ExitCode}" : "does not answer";
                throw new InvalidOperationException($"{CommandLine} {end}.\n{Output}{Errors}{log?.Invoke()}", e);
            }
        }
    }

    /// <summary>Asks it to end, as Ctrl-C does (<see cref="PosixSignal.SIGINT"/>) or a service manager (<see cref="PosixSignal.SIGTERM"/>).</summary>
    public void Signal(PosixSignal signal)
    {
        // The numbers are POSIX's own; .NET counts its names otherwise.
        if (!process.HasExited)
            _ = Kill(process.Id, signal == PosixSignal.SIGINT ? 2 : 15);
    }

    /// <summary>kill -9, and nobody else: what the program started itself is left to notice.</summary>
    public void Kill() => process.Kill();

    /// <summary>kill -9 for the program and all it started, also what outlived it.</summary>
    public async Task KillAllAsync()
    {
        KillGroup();
        await ExitAsync(Patience);
    }

    /// <summary>Ends a server as a service manager does; what is still there when the program has ended is killed.</summary>
    public async Task StopAsync()
    {
        Signal(PosixSignal.SIGTERM);
        await ended.Task.WaitAsync(Patience);
        await KillAllAsync();
    }

    /// <summary>Waits for the end and returns the exit code; after a kill 128 and the signal's number.</summary>
    /// <exception cref="TimeoutException">It did not end in time; it is killed, and the text says what it wrote.</exception>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        try
        {
            await ended.Task.WaitAsync(limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            KillGroup();
            throw new TimeoutException($"{CommandLine} did not end within {limit}.\n{Output}{Errors}");
        }
        // Its last words; a child that outlives it may hold the line open, and is not waited for.
        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(LastWords));
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        KillGroup();
        await ended.Task.WaitAsync(Patience);
        process.Dispose();
    }

    private string CommandLine => string.Join(' ', process.StartInfo.ArgumentList.Skip(Wrapping.Length));

    private void KillGroup()
    {
        // The number is ours as long as anybody of the group lives. Afterwards another program may have it.
        if (!process.HasExited || !System.IO.Directory.Exists($"/proc/{process.Id}"))
            _ = Kill(-process.Id, 9);
        // Not a group yet, when it has hardly begun.
        process.Kill();
    }

    private static void Keep(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    // The kernel counts as parent the thread that forked, not its process (prctl(2), PR_SET_PDEATHSIG). A thread of the
    // pool retires when it has nothing to do and would take our servers along; this one stays until the process ends.
    private static BlockingCollection<Action> Nursery()
    {
        var births = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var birth in births.GetConsumingEnumerable())
                birth();
        })
        { IsBackground = true, Name = "Nursery" }.Start();
        return births;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
