using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Postroom.Directory;
using Postroom.Mail;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Receive;

/// <summary>
/// The SMTP door: takes letters straight from senders. 250 after a letter means that it is in the store and in the inbound
/// queue; whatever goes wrong before that is a 4xx, and the sender keeps it.
/// </summary>
public sealed partial class SmtpDoor : IAsyncDisposable
{
    /// <summary>How long <see cref="StopAsync"/> waits for letters that are coming in; below the 30 s hosts usually give.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    private readonly CancellationTokenSource closing = new();
    private readonly Office office;
    private readonly SmtpSettings settings;
    private readonly KestrelServer server;
    private readonly ListenOptions[] listeners = new ListenOptions[2];

    /// <summary>A door that is still shut.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="storage">Where letters go.</param>
    /// <param name="directory">Who is known here.</param>
    /// <param name="time">For deadlines and ids.</param>
    /// <param name="logs">Where it writes.</param>
    /// <param name="alone">Whether it also answers health checks, as a process of its own.</param>
    /// <exception cref="DoorException">The certificate cannot be used.</exception>
    public SmtpDoor(PostroomSettings settings, OfficeStorage storage, LiveDirectory directory, TimeProvider time, ILoggerFactory logs, bool alone)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(logs);
        this.settings = settings.Smtp;
        var log = logs.CreateLogger<SmtpDoor>();
        // What "postmaster" without a domain means here.
        var domain = settings.Directory.Domains.Count > 0 ? settings.Directory.Domains[0] : settings.Smtp.HostName;
        if (!EmailAddress.TryParse("postmaster@" + domain, out var postmaster))
            throw new ArgumentException($"{domain} is no domain.", nameof(settings));
        office = new(settings.Smtp, postmaster, storage, directory, time, new(settings.Smtp, time, log), new(settings.Smtp), log, closing.Token);

        var options = new KestrelServerOptions { AddServerHeader = false };
        var handler = new DialogHandler(office);
        options.Listen(settings.Smtp.Address, settings.Smtp.Port, listen => (listeners[0] = listen).Run(handler.OnConnectedAsync));
        if (alone && settings.Smtp.HealthPort > 0)
            options.Listen(settings.Smtp.Address, settings.Smtp.HealthPort, listen => (listeners[1] = listen).Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportOptions { MaxReadBufferSize = 128 << 10, MaxWriteBufferSize = 64 << 10 };
        server = new(Options.Create(options), new SocketTransportFactory(Options.Create(sockets), logs), logs);
    }

    /// <summary>A door that is still shut, of the services that <see cref="PostroomServices.AddPostroom"/> registered.</summary>
    /// <inheritdoc cref="SmtpDoor(PostroomSettings, OfficeStorage, LiveDirectory, TimeProvider, ILoggerFactory, bool)"/>
    public static SmtpDoor For(IServiceProvider services, bool alone) => new(
        services.GetRequiredService<PostroomSettings>(), services.GetRequiredService<OfficeStorage>(), services.GetRequiredService<LiveDirectory>(),
        services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>(), alone);

    /// <summary>Where it listens, once it does.</summary>
    public IPEndPoint EndPoint => listeners[0].IPEndPoint!;

    /// <summary>Opens the door.</summary>
    /// <exception cref="DoorException">Somebody else has the port, or the address is not ours.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        try
        {
            await server.StartAsync(new HealthDesk(office), stop);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new DoorException(
                $"Smtp__Port: the SMTP door cannot listen on {new IPEndPoint(settings.Address, settings.Port)}. {(e.InnerException ?? e).Message}. Write another Smtp__Port, or Smtp__Enabled = false.", e);
        }

        LogOpen(office.Log, EndPoint);
    }

    /// <summary>
    /// Shuts it: nobody new comes in, who is idle gets 421, letters that are coming in are finished or, after
    /// <see cref="Grace"/>, dropped unacknowledged.
    /// </summary>
    public async Task StopAsync()
    {
        await closing.CancelAsync();
        using var grace = new CancellationTokenSource(Grace, office.Time);
        await server.StopAsync(grace.Token);
        LogShut(office.Log);
    }

    /// <summary>Waits for <paramref name="stop"/>, then does as <see cref="StopAsync"/>.</summary>
    public async Task StopAtAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(stopped.SetResult))
            await stopped.Task;
        await StopAsync();
    }

    /// <summary>Where health checks are answered, once it listens; null if nowhere.</summary>
    public IPEndPoint? Health => listeners[1]?.IPEndPoint;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        server.Dispose();
        closing.Dispose();
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(EventId = 208, Level = LogLevel.Information, Message = "The SMTP door is open on {EndPoint}")]
    private static partial void LogOpen(ILogger log, IPEndPoint endPoint);

    [LoggerMessage(EventId = 209, Level = LogLevel.Information, Message = "The SMTP door is shut")]
    private static partial void LogShut(ILogger log);
}
