using Microsoft.Extensions.Logging;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Sweep;

/// <summary>
/// Removes stored letters that nobody needs any more. It starts from rows that are final, and asks for every
/// other desk of the letter and for the held shelf before it removes the blob: what has no row is never touched.
/// </summary>
public sealed partial class Sweeper(
    PostroomSettings settings, OfficeStorage storage, DeliveryLedger ledger, HeldShelf shelf, UnknownTally tally, TimeProvider time, ILogger<Sweeper> log)
{
    /// <summary>Tidies up once.</summary>
    /// <returns>Blobs removed.</returns>
    public async Task<int> SweepAsync(CancellationToken stop)
    {
        var removed = 0;
        var before = time.GetUtcNow().AddDays(-settings.RetainDays);
        await foreach (var row in ledger.FinalBeforeAsync(before, stop))
        {
            var entry = LedgerRow.Read(row);
            if (!await IsFinalAsync(entry, stop))
                continue;
            await storage.Letters.RemoveAsync(entry.Blob, stop);
            await ledger.MarkSweptAsync(row, stop);
            removed++;
        }

        await ledger.ForgetClaimsAsync(time.GetUtcNow(), stop);
        await shelf.ForgetSentOnAsync(stop);
        await tally.SweepAsync(stop);
        LogSwept(removed);
        return removed;
    }

    private async Task<bool> IsFinalAsync(LedgerEntry entry, CancellationToken stop)
    {
        foreach (var desk in entry.Desks)
        {
            var states = await ledger.StatesAsync(desk, entry.Letter, stop);
            if (states.Count == 0 || states.Any(static s => s is LetterState.Waiting or LetterState.Held))
                return false;
        }

        return entry.Desks.Count > 0 && !await shelf.HoldsAsync(entry.Letter, stop);
    }

    [LoggerMessage(EventId = 501, Level = LogLevel.Information, Message = "Sweep removed {Removed} stored letters")]
    private partial void LogSwept(int removed);
}
