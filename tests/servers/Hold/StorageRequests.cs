using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Postroom.Tests.Servers.Hold;

/// <summary>The SDK's way to all three services of one storage account: counts what goes there and may cut the cable.</summary>
internal sealed class StorageRequests(Azurite storage) : HttpPipelineTransport
{
    private readonly Dictionary<int, string> services = new()
    {
        [storage.Blobs.Uri.Port] = "blob",
        [storage.Queues.Uri.Port] = "queue",
        [storage.Tables.Uri.Port] = "table",
    };

    /// <summary>Service, method and path of every request, in order, such as <c>table POST $batch</c>.</summary>
    public ConcurrentQueue<string> All { get; } = [];

    /// <summary>Runs before a request leaves; may throw.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Requests to a service.</summary>
    public int Of(string service) => All.Count(r => r.StartsWith(service, StringComparison.Ordinal));

    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("Every request of ours is asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var address = message.Request.Uri.ToUri();
        var request = $"{services[address.Port]} {message.Request.Method} {Uri.UnescapeDataString(string.Concat(address.Segments.Skip(2)))}";
        All.Enqueue(request);
        Before?.Invoke(request);
        await HttpClientTransport.Shared.ProcessAsync(message);
    }
}
