using Azure;
using Azure.Storage.Queues;

namespace Postroom.Queues;

/// <summary>One of the three queues in which the stages meet. A message names blobs, never carries mail.</summary>
public sealed class WorkQueue
{
    // By default a message vanishes after 7 days, mail or not.
    private static readonly TimeSpan NeverExpires = TimeSpan.FromSeconds(-1);

    private readonly QueueClient queue;

    internal WorkQueue(QueueClient queue) => this.queue = queue;

    /// <summary>The queue's name.</summary>
    public string Name => queue.Name;

    /// <summary>For the host that takes messages out.</summary>
    public QueueClient Client => queue;

    /// <summary>Puts one message; returning means it is in the queue, at least once.</summary>
    /// <param name="body">The message.</param>
    /// <param name="delay">How long it stays invisible, at most 7 days; null: at once.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="RequestFailedException">It may or may not be there: whoever asked must count it as not sent.</exception>
    public async Task SendAsync(BinaryData body, TimeSpan? delay, CancellationToken stop)
    {
        await queue.SendMessageAsync(body, delay, NeverExpires, stop);
        Sent?.Invoke(delay);
    }

    /// <summary>A message was put here by this process, with its delay: a pump in the same process need not wait to find it.</summary>
    public event Action<TimeSpan?>? Sent;

    /// <summary>Messages in the queue, those being worked on and those waiting for their time included.</summary>
    public async Task<int> CountAsync(CancellationToken stop) =>
        (await queue.GetPropertiesAsync(stop)).Value.ApproximateMessagesCount;
}
