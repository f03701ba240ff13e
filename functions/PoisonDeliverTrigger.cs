using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Postroom.Hold;

namespace Postroom.Functions;

/// <summary>What the deliver queue gave up on → held.</summary>
public sealed class PoisonDeliverTrigger(PoisonHold hold)
{
    /// <summary>Holds the letters of one message, each for its desk.</summary>
    [Function("PoisonDeliver")]
    public Task Run([QueueTrigger("%DELIVER_QUEUE%-poison")] QueueMessage message, CancellationToken stop) =>
        hold.HoldDeliverAsync(message.Body, stop);
}
