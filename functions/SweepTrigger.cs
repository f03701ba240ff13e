using Microsoft.Azure.Functions.Worker;
using Postroom.Sweep;

namespace Postroom.Functions;

/// <summary>Clock → Sweep.</summary>
public sealed class SweepTrigger(Sweeper sweeper)
{
    /// <summary>Removes stored letters that nobody needs any more.</summary>
    [Function("Sweep")]
    public Task Run([TimerTrigger("%SWEEP_SCHEDULE%")] TimerInfo tick, CancellationToken stop) =>
        sweeper.SweepAsync(stop);
}
