using Azure.Core;
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

    /// <summary>Clients for the three services.</summary>
    public (BlobServiceClient Blobs, QueueServiceClient Queues, TableServiceClient Tables) Open()
    {
        // The host and every tool that looks into our queues see plain JSON.
        var plain = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        if (ConnectionString is not null)
            return (new(ConnectionString), new(ConnectionString, plain), new(ConnectionString));
        TokenCredential identity = ClientId is null
            ? new DefaultAzureCredential()
            : new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(ClientId));
        return (new(Blob, identity), new(Queue, identity, plain), new(Table, identity));
    }
}
