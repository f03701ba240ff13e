namespace Postroom.Collect;

/// <summary>
/// Bounds the octets of all downloads in flight, since MailKit holds each letter in memory. First come, first served;
/// one batch larger than the whole budget waits until it is alone.
/// </summary>
internal sealed class DownloadBudget
{
    /// <summary>64 MB.</summary>
    public const long Default = 64_000_000;

    private readonly Lock gate = new();
    private readonly Queue<(long Octets, TaskCompletionSource Turn)> waiting = new();
    private readonly long whole;
    private long free;

    public DownloadBudget(long octets) => whole = free = octets;

    public async Task<IDisposable> TakeAsync(long wanted, CancellationToken stop)
    {
        var share = Math.Min(wanted, whole);
        TaskCompletionSource turn;
        lock (gate)
        {
            if (waiting.Count == 0 && free >= share)
            {
                free -= share;
                return new Share(this, share);
            }

            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue((share, turn));
        }

        await using (stop.Register(() => turn.TrySetCanceled(stop)))
            await turn.Task;
        return new Share(this, share);
    }

    private void Return(long share)
    {
        lock (gate)
        {
            free += share;
            while (waiting.TryPeek(out var next) && (next.Turn.Task.IsCompleted || free >= next.Octets))
            {
                waiting.Dequeue();
                // One that gave up meanwhile takes nothing.
                if (next.Turn.TrySetResult())
                    free -= next.Octets;
            }
        }
    }

    private sealed class Share(DownloadBudget budget, long octets) : IDisposable
    {
        private int returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref returned, 1) == 0)
                budget.Return(octets);
        }
    }
}
