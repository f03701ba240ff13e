namespace Postroom.Deliver;

/// <summary>
/// Spares letters and a target that is down: while it is, one letter at a time finds out whether it is back, and the
/// others wait without an attempt of theirs being counted. Known to this process only; each finds out for itself.
/// </summary>
internal sealed class TargetCircuit(string name, TimeProvider time)
{
    // Waits between two looks at a target that is down. The last one is also the longest a letter waits for nothing
    // once the target is back. Must not be above the steps of the retry schedule, or a lone letter would miss its own.
    private static readonly TimeSpan[] Steps = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5)];

    private readonly Lock door = new();
    private DateTimeOffset? downSince;
    private DateTimeOffset nextLook;
    private int looks;
    private bool looking;
    private string words = "";

    /// <summary>Lets a letter through, or sends it away until the target may be back.</summary>
    /// <param name="hand">Hands the letter over.</param>
    public async Task<DeliveryOutcome> PassAsync(Func<Task<DeliveryOutcome>> hand)
    {
        bool isLook;
        lock (door)
        {
            if (Closed() is { } later)
                return later;
            looking = isLook = downSince is not null;
        }

        DeliveryOutcome? outcome = null;
        try
        {
            return outcome = await hand();
        }
        finally
        {
            lock (door)
                Note(outcome, isLook);
        }
    }

    private DeliveryOutcome.Deferred? Closed()
    {
        if (downSince is not { } since)
            return null;
        var wait = nextLook - time.GetUtcNow();
        if (wait <= TimeSpan.Zero && !looking)
            return null;
        // Not all of them in the same second: the first one there is the next to look.
        var apart = TimeSpan.FromSeconds(Random.Shared.Next(1, 15));
        return new($"Target {name} is down since {since:u}, so the letter waits without being tried. Last answer there: {words}")
        {
            Untried = (wait > TimeSpan.Zero ? wait : Steps[0]) + apart,
        };
    }

    private void Note(DeliveryOutcome? outcome, bool isLook)
    {
        if (isLook)
            looking = false;
        switch (outcome)
        {
            case DeliveryOutcome.Deferred { TargetDown: true } deferred:
                // Letters that were under way together when it went down are one failure.
                if (downSince is null || isLook)
                    nextLook = time.GetUtcNow() + Steps[Math.Min(looks++, Steps.Length - 1)];
                downSince ??= time.GetUtcNow();
                words = deferred.Reason;
                break;
            case null or DeliveryOutcome.Deferred { Untried: not null }:
                // Says nothing about the target.
                break;
            default:
                // A refusal or a full mailbox is an answer too.
                (downSince, looks) = (null, 0);
                break;
        }
    }
}
