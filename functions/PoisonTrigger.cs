using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Postroom.Hold;

namespace Postroom.Functions;

/// <summary>What the inbound queue gave up on → held.</summary>
public sealed class PoisonTrigger(PoisonHold hold)
{
    /// <summary>Holds the letters of one message.</summary>
    [Function("Poison")]
    public Task Run([QueueTrigger("%INBOUND_QUEUE%-poison")] QueueMessage message, CancellationToken stop) =>
        hold.HoldInboundAsync(message.Body, stop);
}
