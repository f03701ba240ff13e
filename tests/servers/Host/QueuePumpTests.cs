using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Postroom.Cli.Host;
using Postroom.Store;
using Xunit;

namespace Postroom.Tests.Servers.Host;

/// <summary>The pumps of the one-process host keep the Functions host's promises, over real queues.</summary>
public sealed class QueuePumpTests(Azurite azurite) : IClassFixture<Azurite>, IAsyncLifetime
{
    private static readonly QueueRules Rules = new(4, 2, 3, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(300));
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private OfficeStorage storage = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await azurite.ClearAsync();
        storage = new(new StorageConnection { ConnectionString = azurite.ConnectionString }, "collect", "inbound", "deliver");
        await storage.PrepareAsync(Stop);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_message_stays_hidden_for_as_long_as_its_handler_works()
    {
        var starts = 0;
        var done = new TaskCompletionSource();
        await SendAsync("slow");
        await PumpAsync(async (_, stop) =>
        {
            Interlocked.Increment(ref starts);
            // Three leases long: without renewal it would be handed out again.
            await Task.Delay(Lease * 3, stop);
            done.SetResult();
        }, () => done.Task);

        Assert.Equal(1, starts);
        Assert.Equal(0, await storage.Queues.Inbound.CountAsync(Stop));
    }

    [Fact]
    public async Task A_message_that_fails_comes_again_and_then_goes_to_the_poison_queue_whole()
    {
        var tries = new List<long>();
        await SendAsync("bad");
        await PumpAsync((message, _) =>
        {
            tries.Add(message.DequeueCount);
            throw new InvalidOperationException("no");
        }, () => PoisonAsync(1));

        Assert.Equal([1, 2, 3], tries);
        Assert.Equal(0, await storage.Queues.Inbound.CountAsync(Stop));
        Assert.Equal("bad", (await PeekPoisonAsync()).MessageText);
    }

    [Fact]
    public async Task A_message_nobody_can_read_goes_to_the_poison_queue_at_once()
    {
        var tries = 0;
        await SendAsync("{}");
        await PumpAsync((_, _) =>
        {
            tries++;
            throw new JsonException("unknown version");
        }, () => PoisonAsync(1));

        Assert.Equal(1, tries);
        Assert.Null((await PeekPoisonAsync()).ExpiresOn is { Year: < 9999 } date ? date : null);
    }

    [Fact]
    public async Task One_bad_message_stops_no_other()
    {
        var good = 0;
        foreach (var text in new[] { "bad", "1", "2", "3", "4", "5", "6", "7", "8" })
            await SendAsync(text);
        await PumpAsync((message, _) =>
        {
            if (message.MessageText == "bad")
                throw new InvalidOperationException("no");
            Interlocked.Increment(ref good);
            return Task.CompletedTask;
        }, () => PoisonAsync(1));

        Assert.Equal(8, good);
    }

    [Fact]
    public async Task No_more_messages_are_in_work_than_host_json_allows()
    {
        var (now, most, seen) = (0, 0, 0);
        for (var i = 0; i < 30; i++)
            await SendAsync("m");
        await PumpAsync(async (_, stop) =>
        {
            var working = Interlocked.Increment(ref now);
            InterlockedMax(ref most, working);
            await Task.Delay(30, stop);
            Interlocked.Decrement(ref now);
            Interlocked.Increment(ref seen);
        }, () => UntilAsync(() => Task.FromResult(Volatile.Read(ref seen) == 30)));

        Assert.InRange(most, Rules.BatchSize, Rules.Together);
    }

    [Fact]
    public async Task A_stop_in_the_middle_leaves_the_message_for_the_next_run_at_once()
    {
        var started = new TaskCompletionSource();
        await SendAsync("interrupted");
        await PumpAsync(async (_, stop) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }, () => started.Task);

        var again = await storage.Queues.Inbound.Client.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop);
        Assert.Equal("interrupted", again.Value?.MessageText);
    }

    private Task SendAsync(string text) => storage.Queues.Inbound.SendAsync(BinaryData.FromString(text), null, Stop);

    private async Task PumpAsync(Func<QueueMessage, CancellationToken, Task> handle, Func<Task> until)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using var pump = new QueuePump(
            storage.Queues.Inbound, storage.Poison(storage.Queues.Inbound), Rules, Lease, handle, TimeProvider.System, NullLogger.Instance);
        var running = pump.RunAsync(stop.Token);
        await until().WaitAsync(TimeSpan.FromSeconds(60), Stop);
        await UntilAsync(() => Task.FromResult(pump.Working == 0)).WaitAsync(TimeSpan.FromSeconds(2), Stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        await stop.CancelAsync();
        await running;
    }

    private Task PoisonAsync(int count) => UntilAsync(async () => await storage.Poison(storage.Queues.Inbound).CountAsync(Stop) == count);

    private async Task<PeekedMessage> PeekPoisonAsync() => (await storage.Poison(storage.Queues.Inbound).Client.PeekMessageAsync(Stop)).Value;

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
            await Task.Delay(20, Stop);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
