using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace Postroom.Tests.Servers.Directory;

/// <summary>The SDK's way to the server, with a person at the cable: counts every request and may cut it.</summary>
internal sealed class WatchedTransport : HttpPipelineTransport
{
    /// <summary>Method and row or table of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Runs before a request leaves; may throw.</summary>
    public Func<string, Task>? Before { get; set; }

    /// <summary>Runs when the server has answered; may throw, and the answer is lost.</summary>
    public Func<string, Task>? After { get; set; }

    public int Writes => Requests.Count(static r => !r.StartsWith("GET", StringComparison.Ordinal));

    public TableServiceClient Client(Azurite storage, int repetitions = 0)
    {
        var options = new TableClientOptions { Transport = this };
        options.Retry.MaxRetries = repetitions;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        return new(storage.ConnectionString, options);
    }

    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("Every request of ours is asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var request = $"{message.Request.Method} {Uri.UnescapeDataString(message.Request.Uri.ToUri().Segments[^1])}";
        Requests.Enqueue(request);
        if (Before is { } before) await before(request);
        await HttpClientTransport.Shared.ProcessAsync(message);
        if (After is { } after) await after(request);
    }
}
