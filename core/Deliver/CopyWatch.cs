using System.Collections.Concurrent;
using Postroom.Ledger;
using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>
/// Sees to it that of equal letters one reaches a desk. What this process delivered it knows by itself; the ledger is
/// asked only about letters whose like their account had before, and about repetitions. See docs/decisions/0005-copies.md.
/// </summary>
internal sealed class CopyWatch(DeliveryLedger ledger, TimeProvider time)
{
    // About 300 octets each. What is forgotten is still in the ledger.
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Turn> turns = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Key, Turn Turn)> order = new();

    /// <summary>Hands over a letter unless an equal one lies on the desk or is just being put there.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="hand">Hands it over.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<DeliveryOutcome> OnceAsync(DeliverLetter letter, Func<Task<DeliveryOutcome>> hand, CancellationToken stop)
    {
        if (CopyClaim.KeyOf(letter) is not { } claim)
            return await hand();
        var key = $"{letter.Mailbox.ToLowerInvariant()}\0{claim}";
        var mine = new Turn(letter.Id, time.GetUtcNow());
        while (turns.GetOrAdd(key, mine) is var turn && turn != mine)
        {
            // The same letter twice, in two workers: that is the target's to tell apart.
            if (turn.Letter == letter.Id)
                return await hand();
            var first = await turn.OnDesk.Task.WaitAsync(stop);
            if (first == letter.Id)
                return await hand();
            if (first is not null && turn.Since > time.GetUtcNow() - CopyClaim.Age)
                return new DeliveryOutcome.Duplicate(first);
            turns.TryRemove(new(key, turn));
        }

        string? onDesk = null;
        try
        {
            if ((letter.MayBeCopy || letter.Repeat)
                && await ledger.FindCopyAsync(letter.Mailbox, claim, time.GetUtcNow(), stop) is { } other && other != letter.Id)
            {
                onDesk = other;
                return new DeliveryOutcome.Duplicate(other);
            }

            var outcome = await hand();
            onDesk = outcome is DeliveryOutcome.Delivered ? letter.Id : null;
            return outcome;
        }
        finally
        {
            if (onDesk is null)
                turns.TryRemove(new(key, mine));
            else
                Remember(key, mine);
            mine.OnDesk.SetResult(onDesk);
        }
    }

    private void Remember(string key, Turn turn)
    {
        order.Enqueue((key, turn));
        while (order.Count > MostRemembered && order.TryDequeue(out var oldest))
            turns.TryRemove(new(oldest.Key, oldest.Turn));
    }

    private sealed class Turn(string letter, DateTimeOffset since)
    {
        public string Letter => letter;

        public DateTimeOffset Since => since;

        /// <summary>Id of the letter that lies on the desk once this turn is over; null: none.</summary>
        public TaskCompletionSource<string?> OnDesk { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
