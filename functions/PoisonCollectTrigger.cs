using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Postroom.Hold;

namespace Postroom.Functions;

/// <summary>What the collect queue gave up on → log.</summary>
public sealed class PoisonCollectTrigger(PoisonHold hold)
{
    /// <summary>Notes a poll that failed too often; the clock asks for the next.</summary>
    [Function("PoisonCollect")]
    public Task Run([QueueTrigger("%COLLECT_QUEUE%-poison")] QueueMessage message, CancellationToken stop) =>
        hold.HoldCollectAsync(message.Body, stop);
}
