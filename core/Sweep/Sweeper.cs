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
    // Longer than anybody asks what became of a letter; and longer than any repetition of a message can take.
    private static readonly TimeSpan LedgerAge = TimeSpan.FromDays(90);

    /// <summary>Tidies up once.</summary>
    /// <returns>Blobs removed.</returns>
    public async Task<int> SweepAsync(CancellationToken stop)
    {
        var removed = 0;
        var before = time.GetUtcNow().AddDays(-settings.RetainDays);
        await foreach (var row in ledger.FinalBeforeAsync(before, stop))
        {
            var entry = LedgerRow.Read(row);
            if (!await IsFinalAsync(entry, before, stop))
                continue;
            if (await storage.Letters.RemoveAsync(entry.Blob, stop))
                removed++;
            await ledger.MarkSweptAsync(row, stop);
        }

        await ledger.ForgetSweptAsync(time.GetUtcNow() - LedgerAge, stop);
        await ledger.ForgetClaimsAsync(time.GetUtcNow(), stop);
        await shelf.ForgetSentOnAsync(stop);
        await tally.SweepAsync(stop);
        LogSwept(removed);
        return removed;
    }

    // A place without a row has a message somewhere, in a queue or in work: nobody but its row can say that it is done.
    private async Task<bool> IsFinalAsync(LedgerEntry entry, DateTimeOffset before, CancellationToken stop)
    {
        foreach (var place in entry.Desks)
        {
            if (await ledger.FindAtAsync(place, entry.Letter, stop) is not { } there || !there.IsFinal || there.Last >= before)
                return false;
        }

        return entry.Desks.Count > 0 && !await shelf.HoldsAsync(entry.Letter, stop);
    }

    [LoggerMessage(EventId = 501, Level = LogLevel.Information, Message = "Sweep removed {Removed} stored letters")]
    private partial void LogSwept(int removed);
}
