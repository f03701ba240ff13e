using System.Text.Json;
using Azure;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Postroom.Queues;

namespace Postroom.Cli.Host;

/// <summary>
/// Works off one queue as the Functions host would: some messages side by side, each kept hidden while its handler
/// works, deleted when it is done, shown again when it failed, put aside when it failed too often.
/// </summary>
internal sealed partial class QueuePump : IDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    private readonly WorkQueue queue;
    private readonly WorkQueue? poison;
    private readonly QueueRules rules;
    private readonly TimeSpan lease;
    private readonly Func<QueueMessage, CancellationToken, Task> handle;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly SemaphoreSlim nudge = new(0);
    private int working;

    /// <param name="queue">The queue.</param>
    /// <param name="poison">Where messages go that failed too often; null: they stay.</param>
    /// <param name="rules">From host.json.</param>
    /// <param name="lease">How long a message is hidden at a time.</param>
    /// <param name="handle">What to do with a message; an exception means it failed.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">Log.</param>
    public QueuePump(WorkQueue queue, WorkQueue? poison, QueueRules rules, TimeSpan lease, Func<QueueMessage, CancellationToken, Task> handle, TimeProvider time, ILogger log)
    {
        (this.queue, this.poison, this.rules, this.lease, this.handle, this.time, this.log) = (queue, poison, rules, lease, handle, time, log);
        queue.Sent += OnSent;
        LastWork = time.GetTimestamp();
    }

    /// <summary>The queue it works off.</summary>
    public WorkQueue Queue => queue;

    /// <summary>Messages in work.</summary>
    public int Working => Volatile.Read(ref working);

    /// <summary>Messages this process hid for later: retries with a delay, and failed ones.</summary>
    public int Postponed { get; private set; }

    /// <summary>Messages that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>When a message was last in work, as a timestamp of the clock.</summary>
    public long LastWork { get; private set; }

    /// <summary>Works until stopped; then waits for the handlers to end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var wait = ShortestWait;
        List<Task> handlers = [];
        while (!stop.IsCancellationRequested)
        {
            handlers.RemoveAll(static h => h.IsCompleted);
            var taken = 0;
            if (Working <= rules.NewBatchThreshold)
                taken = await TakeAsync(handlers, stop);
            wait = taken > 0 ? ShortestWait : Shorter(wait * 1.5, rules.MaxPollingInterval);
            if (taken == 0)
                await RestAsync(wait, stop);
        }

        await Task.WhenAll(handlers);
    }

    private async Task<int> TakeAsync(List<Task> handlers, CancellationToken stop)
    {
        try
        {
            var messages = (await queue.Client.ReceiveMessagesAsync(rules.BatchSize, lease, stop)).Value;
            foreach (var message in messages)
            {
                Interlocked.Increment(ref working);
                LastWork = time.GetTimestamp();
                handlers.Add(WorkAsync(message, stop));
            }

            return messages.Length;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
        {
            if (!stop.IsCancellationRequested)
                LogNoStorage(e, queue.Name);
            return 0;
        }
    }

    private async Task WorkAsync(QueueMessage message, CancellationToken stop)
    {
        using var held = new HiddenMessage(queue.Client, message, lease, time);
        try
        {
            var renewal = held.KeepHiddenAsync(stop);
            try
            {
                await handle(message, stop);
            }
            finally
            {
                await held.EndAsync(renewal);
            }

            await held.DeleteAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            await FailAsync(message, held, e);
        }
        catch (OperationCanceledException)
        {
            // Stopped in the middle: the next run should find it at once.
            await QuietlyAsync(held.ShowAgainAsync(TimeSpan.Zero));
        }
        finally
        {
            LastWork = time.GetTimestamp();
            Interlocked.Decrement(ref working);
            nudge.Release();
        }
    }

    private async Task FailAsync(QueueMessage message, HiddenMessage held, Exception e)
    {
        Failed++;
        // What cannot be read now cannot be read in a minute either.
        var hopeless = message.DequeueCount >= rules.MaxDequeueCount || e is JsonException;
        LogFailed(e, queue.Name, message.DequeueCount, hopeless && poison is not null);
        if (hopeless && poison is not null)
        {
            await QuietlyAsync(MoveAsync());
            return;
        }

        Postponed++;
        await QuietlyAsync(held.ShowAgainAsync(rules.RetryDelay));

        async Task MoveAsync()
        {
            await poison.SendAsync(message.Body, null, CancellationToken.None);
            await held.DeleteAsync(CancellationToken.None);
        }
    }

    // If storage is away here too, the message shows itself again when its lease ends.
    private async Task QuietlyAsync(Task request)
    {
        try
        {
            await request;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
        {
            LogNoStorage(e, queue.Name);
        }
    }

    private async Task RestAsync(TimeSpan wait, CancellationToken stop)
    {
        try
        {
            if (await nudge.WaitAsync(wait, stop))
                while (nudge.Wait(0, CancellationToken.None)) ;
        }
        catch (OperationCanceledException)
        {
            // The loop ends by itself.
        }
    }

    public void Dispose()
    {
        queue.Sent -= OnSent;
        nudge.Dispose();
    }

    private void OnSent(TimeSpan? delay)
    {
        if (delay is { } later && later > TimeSpan.Zero)
            Postponed++;
        else
            nudge.Release();
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(EventId = 601, Level = LogLevel.Error, Message = "Storage cannot be reached (queue {Queue}); trying again")]
    private partial void LogNoStorage(Exception e, string queue);

    [LoggerMessage(EventId = 602, Level = LogLevel.Error, Message = "A message of queue {Queue} failed at try {Tries}; put aside: {Aside}")]
    private partial void LogFailed(Exception e, string queue, long tries, bool aside);
}
