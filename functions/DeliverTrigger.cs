using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Postroom.Deliver;
using Postroom.Queues;

namespace Postroom.Functions;

/// <summary>Deliver queue → desks.</summary>
public sealed class DeliverTrigger(Deliverer deliverer)
{
    /// <summary>Puts the letters of one message on their desks.</summary>
    [Function("Deliver")]
    public Task Run([QueueTrigger("%DELIVER_QUEUE%")] QueueMessage message, CancellationToken stop) =>
        deliverer.DeliverAsync(DeliverMessage.Read(message.Body), again: message.DequeueCount > 1, stop);
}
