using Microsoft.Azure.Functions.Worker;
using Postroom.Collect;

namespace Postroom.Functions;

/// <summary>Clock → collect queue.</summary>
public sealed class CollectTimerTrigger(CollectSchedule schedule)
{
    /// <summary>Enqueues every account that is due.</summary>
    /// <remarks>Without the timer's monitor: it writes a blob at every tick to make up for a missed one, and the next tick does that.</remarks>
    [Function("CollectTimer")]
    public Task Run([TimerTrigger("%POLL_SCHEDULE%", UseMonitor = false)] TimerInfo tick, CancellationToken stop) =>
        schedule.EnqueueDueAsync(stop);
}
