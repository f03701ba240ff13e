using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Postroom.Store;

/// <summary>How to reach the one storage account: a connection string, or service addresses with a managed identity.</summary>
public sealed record StorageConnection
{
    /// <summary>What stands for the emulator on this machine.</summary>
    public const string Development = "UseDevelopmentStorage=true";

    /// <summary>A connection string; null when an identity is used.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Address of the blob service, with an identity.</summary>
    public Uri? Blob { get; init; }

    /// <summary>Address of the queue service, with an identity.</summary>
    public Uri? Queue { get; init; }

    /// <summary>Address of the table service, with an identity.</summary>
    public Uri? Table { get; init; }

    /// <summary>Client id of a user-assigned identity; null: the system-assigned one, or who is logged in.</summary>
    public string? ClientId { get; init; }

    /// <summary>Whether this is the emulator on this machine, which <c>postroom run</c> starts by itself.</summary>
    public bool IsDevelopment =>
        ConnectionString is { } text && text.Contains(Development, StringComparison.OrdinalIgnoreCase);

    /// <summary>The way to the services; null: the SDK's own. For tests that count requests or cut the cable.</summary>
    internal HttpPipelineTransport? Transport { get; init; }

    /// <summary>Clients for the three services.</summary>
    public (BlobServiceClient Blobs, QueueServiceClient Queues, TableServiceClient Tables) Open()
    {
        // The host and every tool that looks into our queues see plain JSON.
        var (blobs, queues, tables) = (new BlobClientOptions(), new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None }, new TableClientOptions());
        if (Transport is not null)
            blobs.Transport = queues.Transport = tables.Transport = Transport;
        if (ConnectionString is not null)
            return (new(ConnectionString, blobs), new(ConnectionString, queues), new(ConnectionString, tables));
        TokenCredential identity = ClientId is null
            ? new DefaultAzureCredential()
            : new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(ClientId));
        return (new(Blob, identity, blobs), new(Queue, identity, queues), new(Table, identity, tables));
    }
}
