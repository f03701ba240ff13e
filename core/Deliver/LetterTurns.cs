using System.Collections.Concurrent;
using Postroom.Ledger;
using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>
/// Two messages may hold the same letter for the same place: Resolve died between sending and deleting, and did it again.
/// Only the second one is marked as a repetition, and either may come first, or both at once. A Maildir tells them apart by
/// itself; here this process does it for every target: one after the other, and what is delivered is delivered.
/// </summary>
internal sealed class LetterTurns
{
    // About 300 octets each; the two messages of one letter come seconds apart.
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Task<DeliveryOutcome.Delivered?>> turns = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Key, Task<DeliveryOutcome.Delivered?> Turn)> order = new();

    /// <summary>Hands over a letter unless this process has done so, and never twice at once.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="hand">Hands it over.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<DeliveryOutcome> TakeAsync(DeliverLetter letter, Func<DeliverLetter, Task<DeliveryOutcome>> hand, CancellationToken stop)
    {
        var key = $"{letter.Mailbox.ToLowerInvariant()}\0{LedgerEntry.KeyOf(letter.Id, letter.Target, letter.Copy)}";
        var end = new TaskCompletionSource<DeliveryOutcome.Delivered?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var mine = end.Task;
        while (turns.GetOrAdd(key, mine) is var turn && turn != mine)
        {
            // Its row is written once more: whoever wrote it first may have failed at that.
            if (await turn.WaitAsync(stop) is { } delivered)
                return delivered;
            turns.TryRemove(new(key, turn));
            letter = letter with { Repeat = true };
        }

        DeliveryOutcome.Delivered? there = null;
        try
        {
            var outcome = await hand(letter);
            there = outcome as DeliveryOutcome.Delivered;
            return outcome;
        }
        finally
        {
            if (there is null)
                turns.TryRemove(new(key, mine));
            else
                Remember(key, mine);
            end.SetResult(there);
        }
    }

    private void Remember(string key, Task<DeliveryOutcome.Delivered?> turn)
    {
        order.Enqueue((key, turn));
        while (order.Count > MostRemembered && order.TryDequeue(out var oldest))
            turns.TryRemove(new(oldest.Key, oldest.Turn));
    }
}
