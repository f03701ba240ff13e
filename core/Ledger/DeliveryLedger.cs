using Azure;
using Azure.Data.Tables;
using Postroom.Queues;

namespace Postroom.Ledger;

/// <summary>
/// What happened to every letter: one row for each letter and mailbox, the mailbox being the partition, so that rows of
/// one mailbox go into one transaction. "Delivered" is final: nothing overwrites it.
/// </summary>
public sealed class DeliveryLedger
{
    // 100 is the limit of a transaction, and each letter may bring a claim.
    private const int MostLettersPerTransaction = 50;
    private const int MostRowsPerTransaction = 100;
    private readonly TableClient table;

    internal DeliveryLedger(TableClient table) => this.table = table;

    /// <summary>What is known of a letter on a desk; null if nothing is.</summary>
    /// <param name="mailbox">The desk.</param>
    /// <param name="key">As <see cref="LedgerEntry.Key"/>.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<LedgerEntry?> FindAsync(string mailbox, string key, CancellationToken stop)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(LedgerRow.Partition(mailbox), key, cancellationToken: stop);
        return row.HasValue ? LedgerRow.Read(row.Value!) : null;
    }

    /// <summary>The equal letter that lies on a desk; null if none does.</summary>
    /// <param name="mailbox">The desk.</param>
    /// <param name="claim">As <see cref="LedgerEntry.Claim"/>.</param>
    /// <param name="now">From which a week is counted back.</param>
    /// <param name="stop">Ends the wait.</param>
    internal async Task<string?> FindCopyAsync(string mailbox, string claim, DateTimeOffset now, CancellationToken stop)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(LedgerRow.Partition(mailbox), claim, cancellationToken: stop);
        return row.HasValue ? CopyClaim.Read(row.Value!, now) : null;
    }

    /// <summary>Records what is final, delivered letters with what copies find them by, one transaction for each mailbox.</summary>
    public async Task RecordFinalAsync(IEnumerable<LedgerEntry> entries, CancellationToken stop)
    {
        var transactions = entries
            .GroupBy(static e => LedgerRow.Partition(e.Mailbox))
            .SelectMany(static mailbox => mailbox.DistinctBy(static e => e.Key).Chunk(MostLettersPerTransaction));
        await Task.WhenAll(transactions.Select(entries =>
        {
            // Two letters that raced to the desk: either stands for both.
            var claims = entries.Where(static e => e.Claim is not null).DistinctBy(static e => e.Claim).Select(CopyClaim.Write);
            List<TableEntity> rows = [.. entries.Select(LedgerRow.Write), .. claims];
            return rows is [var single]
                ? table.UpsertEntityAsync(single, TableUpdateMode.Replace, stop)
                : (Task)table.SubmitTransactionAsync(rows.Select(static r => new TableTransactionAction(TableTransactionActionType.UpsertReplace, r)), stop);
        }));
    }

    /// <summary>Records that a letter waits, is held or was given to another desk.</summary>
    /// <returns>False if another worker has delivered it meanwhile: then there is nothing left to wait for.</returns>
    public async Task<bool> RecordPendingAsync(LedgerEntry entry, CancellationToken stop)
    {
        var row = LedgerRow.Write(entry);
        while (true)
        {
            var present = await table.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: stop);
            if (present.HasValue && LedgerRow.Read(present.Value!).State is LetterState.Delivered or LetterState.Duplicate)
                return false;
            try
            {
                if (present.HasValue)
                    await table.UpdateEntityAsync(row, present.Value!.ETag, TableUpdateMode.Replace, stop);
                else
                    await table.AddEntityAsync(row, stop);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 or 404)
            {
                // Somebody wrote in between, or it was our own repeated write: look again.
            }
        }
    }

    /// <summary>Every desk's entry for letters to or from an address, or by letter id, Message-ID or mailbox; newest first.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> SearchAsync(string text, CancellationToken stop)
    {
        List<LedgerEntry> found = [];
        await foreach (var row in table.QueryAsync<TableEntity>(LedgerRow.Matching(text), cancellationToken: stop))
        {
            if (!CopyClaim.IsClaim(row))
                found.Add(LedgerRow.Read(row));
        }

        return [.. found.OrderByDescending(static e => e.Received)];
    }

    /// <summary>Final entries whose last word is older than a day, and whose blob is still kept.</summary>
    internal IAsyncEnumerable<TableEntity> FinalBeforeAsync(DateTimeOffset day, CancellationToken stop) =>
        table.QueryAsync<TableEntity>(LedgerRow.FinalBefore(day), cancellationToken: stop);

    /// <summary>Forgets what copies were found by, once they would not count as copies any more.</summary>
    internal async Task ForgetClaimsAsync(DateTimeOffset now, CancellationToken stop)
    {
        List<TableEntity> old = [];
        await foreach (var row in table.QueryAsync<TableEntity>(CopyClaim.OlderThan(now - CopyClaim.Age), select: ["PartitionKey", "RowKey"], cancellationToken: stop))
            old.Add(row);
        foreach (var rows in old.GroupBy(static r => r.PartitionKey).SelectMany(static mailbox => mailbox.Chunk(MostRowsPerTransaction)))
            await table.SubmitTransactionAsync(rows.Select(static r => new TableTransactionAction(TableTransactionActionType.Delete, r, Azure.ETag.All)), stop);
    }

    /// <summary>What is known of a letter at one of its places; null if nothing is.</summary>
    internal Task<LedgerEntry?> FindAtAsync(string place, string letter, CancellationToken stop)
    {
        var (mailbox, target) = DeliverLetter.MailboxAndCopy(place);
        return FindAsync(mailbox, LedgerEntry.KeyOf(letter, target ?? "", copy: target is not null), stop);
    }

    /// <summary>Forgets old entries whose blob is gone.</summary>
    internal async Task ForgetSweptAsync(DateTimeOffset day, CancellationToken stop)
    {
        List<TableEntity> old = [];
        await foreach (var row in table.QueryAsync<TableEntity>(LedgerRow.SweptBefore(day), select: ["PartitionKey", "RowKey"], cancellationToken: stop))
            old.Add(row);
        foreach (var rows in old.GroupBy(static r => r.PartitionKey).SelectMany(static mailbox => mailbox.Chunk(MostRowsPerTransaction)))
            await table.SubmitTransactionAsync(rows.Select(static r => new TableTransactionAction(TableTransactionActionType.Delete, r, ETag.All)), stop);
    }

    internal Task MarkSweptAsync(TableEntity row, CancellationToken stop) =>
        table.UpdateEntityAsync(LedgerRow.Swept(row), row.ETag, TableUpdateMode.Merge, stop);
}
