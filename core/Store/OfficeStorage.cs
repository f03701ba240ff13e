using Azure.Data.Tables;
using Azure.Storage.Queues;
using Postroom.Queues;

namespace Postroom.Store;

/// <summary>The storage account with everything in it: letters, queues, tables.</summary>
public sealed class OfficeStorage
{
    private readonly QueueServiceClient queueService;

    /// <summary>Clients for everything; asks nothing of the network yet.</summary>
    public OfficeStorage(StorageConnection connection, string collectQueue, string inboundQueue, string deliverQueue)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var (blobs, queues, tables) = connection.Open();
        queueService = queues;
        Tables = tables;
        Letters = new(blobs.GetBlobContainerClient(LetterStore.ContainerName));
        Queues = new(Queue(collectQueue), Queue(inboundQueue), Queue(deliverQueue));
        Accounts = tables.GetTableClient("accounts");
        Ledger = tables.GetTableClient("ledger");
        Held = tables.GetTableClient("held");
    }

    /// <summary>The raw letters.</summary>
    public LetterStore Letters { get; }

    /// <summary>The work between the stages.</summary>
    public WorkQueues Queues { get; }

    /// <summary>The table service, for the directory.</summary>
    public TableServiceClient Tables { get; }

    internal TableClient Accounts { get; }

    internal TableClient Ledger { get; }

    internal TableClient Held { get; }

    /// <summary>A queue of this account by name.</summary>
    public WorkQueue Queue(string name) => new(queueService.GetQueueClient(name));

    /// <summary>The queue for messages that failed too often in <paramref name="queue"/>; named as the Functions host names it.</summary>
    public WorkQueue Poison(WorkQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Queue(queue.Name + WorkQueues.PoisonSuffix);
    }

    /// <summary>Makes what is missing. In Azure the deployment has done so; then nothing happens.</summary>
    public async Task PrepareAsync(CancellationToken stop)
    {
        WorkQueue[] queues = [Queues.Collect, Queues.Inbound, Queues.Deliver];
        await Task.WhenAll([
            Letters.Container.CreateIfNotExistsAsync(cancellationToken: stop),
            .. queues.SelectMany(q => new Task[] { q.Client.CreateIfNotExistsAsync(cancellationToken: stop), Poison(q).Client.CreateIfNotExistsAsync(cancellationToken: stop) }),
            Accounts.CreateIfNotExistsAsync(stop),
            Ledger.CreateIfNotExistsAsync(stop),
            Held.CreateIfNotExistsAsync(stop),
        ]);
    }
}
