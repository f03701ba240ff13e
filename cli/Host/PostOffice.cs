using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Collect;
using Postroom.Deliver;
using Postroom.Hold;
using Postroom.Queues;
using Postroom.Resolve;
using Postroom.Settings;
using Postroom.Store;
using Postroom.Sweep;

namespace Postroom.Cli.Host;

/// <summary>All stages in one process: the pumps and timers that the Functions host would otherwise be.</summary>
internal sealed partial class PostOffice : IDisposable
{
    // Must stay above the two minutes an account's lease holds.
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(130);

    private readonly PostroomSettings settings;
    private readonly OfficeStorage storage;
    private readonly CollectSchedule schedule;
    private readonly Sweeper sweeper;
    private readonly TimeProvider time;
    private readonly ILogger<PostOffice> log;
    private readonly List<QueuePump> pumps;

    public PostOffice(IServiceProvider services, QueueRules rules)
    {
        settings = services.GetRequiredService<PostroomSettings>();
        storage = services.GetRequiredService<OfficeStorage>();
        schedule = services.GetRequiredService<CollectSchedule>();
        sweeper = services.GetRequiredService<Sweeper>();
        time = services.GetRequiredService<TimeProvider>();
        log = services.GetRequiredService<ILogger<PostOffice>>();
        var (collector, resolver, deliverer, hold) = (services.GetRequiredService<Collector>(), services.GetRequiredService<Resolver>(),
            services.GetRequiredService<Deliverer>(), services.GetRequiredService<PoisonHold>());
        var queues = storage.Queues;
        pumps =
        [
            new(queues.Collect, storage.Poison(queues.Collect), rules.ForWaiting(), settings.QueueLease,
                async (m, stop) => await CollectAsync(collector, CollectMessage.Read(m.Body), stop), time, log),
            Pump(queues.Inbound, async (m, stop) =>
            {
                foreach (var letter in await resolver.ResolveAsync(InboundMessage.Read(m.Body), m.DequeueCount > 1, stop))
                    Report.Add(letter);
            }),
            Pump(queues.Deliver, async (m, stop) =>
            {
                foreach (var delivery in await deliverer.DeliverAsync(DeliverMessage.Read(m.Body), m.DequeueCount > 1, stop))
                    Report.Add(delivery);
            }),
            PoisonPump(queues.Collect, hold.HoldCollectAsync),
            PoisonPump(queues.Inbound, hold.HoldInboundAsync),
            PoisonPump(queues.Deliver, hold.HoldDeliverAsync),
        ];

        QueuePump Pump(WorkQueue queue, Func<Azure.Storage.Queues.Models.QueueMessage, CancellationToken, Task> handle) =>
            new(queue, storage.Poison(queue), rules, settings.QueueLease, handle, time, log);

        QueuePump PoisonPump(WorkQueue queue, Func<BinaryData, CancellationToken, Task> hold) =>
            new(storage.Poison(queue), null, rules, settings.QueueLease, async (m, stop) =>
            {
                await hold(m.Body, stop);
                Report.AddPutAside();
            }, time, log);
    }

    /// <summary>What happened so far.</summary>
    public OfficeReport Report { get; } = new();

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await storage.PrepareAsync(stop);
        await Task.WhenAll([.. pumps.Select(p => p.RunAsync(stop)), CollectByTimeAsync(stop), SweepByTimeAsync(stop)]);
    }

    /// <summary>Collects every account once, works off the queues and ends.</summary>
    /// <returns>Queue messages that remain because their time has not come.</returns>
    public async Task<int> RunUntilIdleAsync(CancellationToken stop)
    {
        await storage.PrepareAsync(stop);
        await schedule.EnqueueAllAsync(stop);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = Task.WhenAll(pumps.Select(p => p.RunAsync(idle.Token)));
        var left = await WaitUntilIdleAsync(stop);
        await idle.CancelAsync();
        await running;
        return left;
    }

    public void Dispose() => pumps.ForEach(static p => p.Dispose());

    private async Task<int> WaitUntilIdleAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop);
            if (pumps.Any(static p => p.Working > 0))
                continue;
            var worked = pumps.Max(static p => p.LastWork);
            // Each account was collected once: an older message that asks for it again has nothing to add.
            var collected = settings.Accounts.Values.All(a => !a.Enabled || Report.Accounts.ContainsKey(a.Name));
            var counted = pumps.Where(p => !collected || p.Queue.Name != storage.Queues.Collect.Name).ToList();
            var counts = await Task.WhenAll(counted.Select(p => p.Queue.CountAsync(stop)));
            // A handler that worked in between may have sent something on.
            if (pumps.Any(static p => p.Working > 0) || pumps.Max(static p => p.LastWork) != worked)
                continue;
            // What is neither ours nor visible belongs to a process that died: it shows itself when its lease ends.
            var left = counts.Sum();
            var quiet = pumps.All(p => time.GetElapsedTime(p.LastWork) > settings.QueueLease + TimeSpan.FromSeconds(2));
            if (left == 0 || left == counted.Sum(static p => p.Postponed) || quiet)
                return left;
        }
    }

    private async Task CollectAsync(Collector collector, CollectMessage message, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var outcome = await collector.CollectAsync(message, stop);
        // Somebody asked for this account: if its lease belongs to a process that died elsewhere, it runs out soon.
        while (message.Forced && outcome is CollectOutcome.Busy && time.GetElapsedTime(started) < LongestLease)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), time, stop);
            outcome = await collector.CollectAsync(message, stop);
        }

        Report.Add(message.Account, outcome);
    }

    // Often enough for the most impatient account; one look costs one request.
    private Task CollectByTimeAsync(CancellationToken stop)
    {
        var shortest = settings.Accounts.Values.Select(static a => a.Interval.TotalSeconds).DefaultIfEmpty(60).Min();
        return RepeatAsync(TimeSpan.FromSeconds(Math.Clamp(shortest / 2, 2, 60)), schedule.EnqueueDueAsync, stop);
    }

    private Task SweepByTimeAsync(CancellationToken stop) => RepeatAsync(TimeSpan.FromHours(24), sweeper.SweepAsync, stop);

    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await work(stop);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    // Storage may be away: the next time is the retry.
                    LogTimerFailed(e);
                }

                await Task.Delay(interval, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    [LoggerMessage(EventId = 701, Level = LogLevel.Error, Message = "A timer's work failed; it is repeated at the next tick")]
    private partial void LogTimerFailed(Exception e);
}
