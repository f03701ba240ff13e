using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>The door as a process of its own, as its container runs it: settings from the environment, health, SIGTERM.</summary>
public sealed class StandaloneDoorTests(Azurite storage) : IClassFixture<Azurite>
{
    private static readonly HttpClient Http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_live_and_ready_takes_letters_and_finishes_the_one_under_way_at_SIGTERM()
    {
        await storage.ClearAsync();
        var (smtp, health) = (FreePort.Next(), FreePort.Next());
        await using var door = await StartAsync(smtp, health, storage.ConnectionString);
        await door.ReadyAsync(async stop => Assert.Equal("live", await Http.GetStringAsync(new Uri($"http://127.0.0.1:{health}/live"), stop)));
        Assert.Equal("ready", await Http.GetStringAsync(new Uri($"http://127.0.0.1:{health}/ready"), Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync(new Uri($"http://127.0.0.1:{health}/"), Stop)).StatusCode);

        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, smtp, Stop);
        using var client = new SmtpClientSocket(tcp);
        await client.BeginLetterAsync();
        await client.SendAsync("Subject: under way\r\n");
        door.Signal(PosixSignal.SIGTERM);
        // It no longer listens: from here on it is on its way out.
        await WaitUntilShutAsync(smtp);
        await client.SendAsync("\r\nx\r\n.\r\n");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("421 4.3.2", await client.ReadReplyAsync(), StringComparison.Ordinal);

        Assert.Equal(0, await door.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(1, (await storage.Queues.GetQueueClient("inbound").GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Without_its_storage_it_is_live_and_not_ready()
    {
        await using var own = new Azurite();
        var (smtp, health) = (FreePort.Next(), FreePort.Next());
        await using var door = await StartAsync(smtp, health, own.ConnectionString);
        await door.ReadyAsync(async stop => Assert.Equal("live", await Http.GetStringAsync(new Uri($"http://127.0.0.1:{health}/live"), stop)));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Http.GetAsync(new Uri($"http://127.0.0.1:{health}/ready"), Stop)).StatusCode);
    }

    [Fact]
    public async Task Wrong_settings_are_sentences_and_exit_code_2()
    {
        await using var door = await StartAsync(99999, 0, storage.ConnectionString);

        Assert.Equal(2, await door.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("Smtp__Port: \"99999\" is not possible.", door.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", door.Errors, StringComparison.Ordinal);
    }

    private static async Task WaitUntilShutAsync(int port)
    {
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, Stop);
                await Task.Delay(TimeSpan.FromMilliseconds(10), Stop);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private static Task<ChildProcess> StartAsync(int smtp, int health, string connection)
    {
        var environment = OpenDoor.Company(connection).ToDictionary(static s => s.Key, static s => (string?)s.Value);
        environment["Smtp__Port"] = smtp.ToString(CultureInfo.InvariantCulture);
        environment["Smtp__HealthPort"] = health.ToString(CultureInfo.InvariantCulture);
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, "dotnet") : "dotnet";
        return ChildProcess.StartAsync(dotnet, [Repository.Built("Postroom.Ingress", "Postroom.Ingress.dll")], Path.GetTempPath(), environment);
    }
}
