using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Postroom.Receive;

/// <summary>Answers <c>/live</c> (the process works) and <c>/ready</c> (a letter could be taken now). Knows no other HTTP.</summary>
internal sealed partial class HealthDesk(Office office) : IHttpApplication<IFeatureCollection>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var (status, text) = context.GetRequiredFeature<IHttpRequestFeature>().Path switch
        {
            "/live" => (200, "live"),
            "/ready" => await ReadyAsync() ? (200, "ready") : (503, "not ready"),
            _ => (404, "not found"),
        };
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = status;
        response.Headers.ContentType = "text/plain";
        response.Headers.ContentLength = text.Length;
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(Encoding.ASCII.GetBytes(text));
    }

    private async Task<bool> ReadyAsync()
    {
        if (office.Closing.IsCancellationRequested)
            return false;
        using var patience = new CancellationTokenSource(Patience, office.Time);
        try
        {
            await office.Directory.CurrentAsync(patience.Token);
            return await office.Storage.Letters.IsThereAsync(patience.Token);
        }
        catch (Exception e)
        {
            LogNotReady(office.Log, e);
            return false;
        }
    }

    [LoggerMessage(EventId = 207, Level = LogLevel.Warning, Message = "The door is not ready")]
    private static partial void LogNotReady(ILogger log, Exception e);
}
