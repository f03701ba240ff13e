using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Postroom.Collect;
using Postroom.Queues;

namespace Postroom.Functions;

/// <summary>Collect queue → provider's mailbox → inbound queue.</summary>
public sealed class CollectTrigger(Collector collector)
{
    /// <summary>Polls one account.</summary>
    [Function("Collect")]
    public Task Run([QueueTrigger("%COLLECT_QUEUE%")] QueueMessage message, CancellationToken stop) =>
        collector.CollectAsync(CollectMessage.Read(message.Body), stop);
}
