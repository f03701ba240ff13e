using System.Collections;
using System.Runtime.InteropServices;
using Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom;
using Postroom.Receive;
using Postroom.Settings;
using Postroom.Store;

// The door as a process of its own, in its container: settings come from the environment, or from the file named as the
// only argument with the environment on top.
try
{
    var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(static e => (string)e.Key, static e => (string?)e.Value ?? "", StringComparer.OrdinalIgnoreCase);
    var file = args.Length > 0 ? SettingsFile.Read(args[0]) : new Dictionary<string, string>();
    var folder = args.Length > 0 ? Path.GetDirectoryName(Path.GetFullPath(args[0]))! : Environment.CurrentDirectory;
    var settings = SettingsReader.Read(file, environment, folder);

    await using var services = new ServiceCollection()
        .AddLogging(static log => log.AddSimpleConsole(static console => console.SingleLine = true).AddFilter("Microsoft", LogLevel.Warning))
        .AddPostroom(settings)
        .BuildServiceProvider();
    var logs = services.GetRequiredService<ILoggerFactory>();
    var storage = services.GetRequiredService<OfficeStorage>();
    var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

    try
    {
        await storage.PrepareAsync(CancellationToken.None);
    }
    catch (Exception e) when (e is RequestFailedException or AggregateException)
    {
        // In Azure the deployment made everything and our identity may make nothing. And if the store is away, it may
        // come back: until then senders are told to try again.
        DoorLog.NotPrepared(logs.CreateLogger<SmtpDoor>(), e);
    }

    await using var door = SmtpDoor.For(services, alone: true);
    await door.StartAsync(CancellationToken.None);
    Console.Out.WriteLine($"The SMTP door is open on {door.EndPoint}.");
    if (door.Health is { } health)
        Console.Out.WriteLine($"Health is answered on {health}.");
    await stop.Task;
    await door.StopAsync();
    return 0;

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.TrySetResult();
    }
}
catch (Exception e) when (e is SettingsException or DoorException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
