using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Postroom.Queues;
using Postroom.Resolve;

namespace Postroom.Functions;

/// <summary>Inbound queue → deliver queue.</summary>
public sealed class ResolveTrigger(Resolver resolver)
{
    /// <summary>Finds the desks of the letters of one message.</summary>
    [Function("Resolve")]
    public Task Run([QueueTrigger("%INBOUND_QUEUE%")] QueueMessage message, CancellationToken stop) =>
        resolver.ResolveAsync(InboundMessage.Read(message.Body), again: message.DequeueCount > 1, stop);
}
