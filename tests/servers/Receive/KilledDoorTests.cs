using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>Invariant 1 at the door: whatever was answered with 250 is delivered, whenever the process is killed.</summary>
public sealed class KilledDoorTests(Azurite storage) : IClassFixture<Azurite>
{
    private const int Letters = 300;
    private const int Senders = 4;

    private readonly ConcurrentDictionary<int, bool> confirmed = [];
    private int unanswered;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_three_times_in_the_middle_of_300_letters_it_loses_none()
    {
        await storage.ClearAsync();
        var port = FreePort.Next();
        var settings = OpenDoor.Company(storage.ConnectionString);
        settings["Smtp__Port"] = port.ToString(CultureInfo.InvariantCulture);
        settings["QueueLease"] = "3s";
        settings["Targets__default__Path"] = "mail";
        await using var postroom = new PostroomCommand(settings);

        var run = await postroom.StartAsync("run");
        var senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(s => SendAsync(port, s)));
        for (var kill = 1; kill <= 3; kill++)
        {
            while (confirmed.Count < Letters * kill / 4)
            {
                Assert.False(run.HasExited, run.Output + run.Errors);
                await Task.Delay(TimeSpan.FromMilliseconds(3), Stop);
            }

            run.Kill();
            await run.EndAsync();
            run = await postroom.StartAsync("run");
        }

        await senders;
        run.Interrupt();
        Assert.Equal(0, (await run.EndAsync()).ExitCode);
        var after = await postroom.RunAsync("run", "--until-idle");
        Assert.True(after.ExitCode == 0, after.Output + after.Errors);

        var delivered = new List<int>();
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(postroom.Folder, "mail", "anna", "new")))
        {
            var text = await File.ReadAllTextAsync(file, Stop);
            Assert.Contains("Received: from sender.example.org ([127.0.0.1])\r\n\tby mx.example.com (Postroom) with SMTP id ", text, StringComparison.Ordinal);
            delivered.Add(int.Parse(text[(text.IndexOf("X-Number: ", StringComparison.Ordinal) + 10)..].Split('\r')[0], CultureInfo.InvariantCulture));
        }

        Assert.Equal(Enumerable.Range(0, Letters), delivered.Distinct().Order());
        // Twice only where our answer got lost: the sender could not know.
        Assert.InRange(delivered.Count - Letters, 0, unanswered);
    }

    // As a mail server with a queue does: until 250, try again.
    private async Task SendAsync(int port, int sender)
    {
        for (var number = sender; number < Letters; number += Senders)
        {
            while (!await TrySendAsync(port, number))
                await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
            confirmed[number] = true;
        }
    }

    private async Task<bool> TrySendAsync(int port, int number)
    {
        var sent = false;
        try
        {
            using var tcp = new TcpClient { NoDelay = true };
            await tcp.ConnectAsync(IPAddress.Loopback, port, Stop);
            using var client = new SmtpClientSocket(tcp);
            if (await client.ReadReplyAsync() is not { } greeting || !greeting.StartsWith("220", StringComparison.Ordinal))
                return false;
            foreach (var line in new[] { "HELO sender.example.org", "MAIL FROM:<a@example.org>", "RCPT TO:<anna@example.com>" })
            {
                if (await client.AskAsync(line) is not { } answer || !answer.StartsWith("250", StringComparison.Ordinal))
                    return false;
            }

            if (await client.AskAsync("DATA") is not { } go || !go.StartsWith("354", StringComparison.Ordinal))
                return false;
            sent = true;
            await client.SendAsync($"X-Number: {number}\r\n\r\n{new string('x', 900)}\r\n.\r\n");
            var reply = await client.ReadReplyAsync();
            if (reply is null)
                Interlocked.Increment(ref unanswered);
            // 451 may hide a letter that got through all the same.
            else if (reply.StartsWith("451", StringComparison.Ordinal))
                Interlocked.Increment(ref unanswered);
            return reply?.StartsWith("250", StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            if (sent)
                Interlocked.Increment(ref unanswered);
            return false;
        }
    }
}
