using Azure;
using Azure.Data.Tables;

namespace Postroom.Ledger;

/// <summary>
/// What happened to every letter: one row for each letter and mailbox, the mailbox being the partition, so that rows of
/// one mailbox go into one transaction. "Delivered" is final: nothing overwrites it.
/// </summary>
public sealed class DeliveryLedger
{
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

    /// <summary>Records deliveries, one transaction for each mailbox.</summary>
    public async Task RecordDeliveredAsync(IEnumerable<LedgerEntry> entries, CancellationToken stop)
    {
        var transactions = entries
            .GroupBy(static e => LedgerRow.Partition(e.Mailbox))
            .SelectMany(static mailbox => mailbox.DistinctBy(static e => e.Key).Chunk(MostRowsPerTransaction));
        await Task.WhenAll(transactions.Select(rows => rows is [var single]
            ? table.UpsertEntityAsync(LedgerRow.Write(single), TableUpdateMode.Replace, stop)
            : (Task)table.SubmitTransactionAsync(
                rows.Select(static r => new TableTransactionAction(TableTransactionActionType.UpsertReplace, LedgerRow.Write(r))), stop)));
    }

    /// <summary>Records that a letter waits or is held.</summary>
    /// <returns>False if another worker has delivered it meanwhile: then there is nothing left to wait for.</returns>
    public async Task<bool> RecordPendingAsync(LedgerEntry entry, CancellationToken stop)
    {
        var row = LedgerRow.Write(entry);
        while (true)
        {
            var present = await table.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: stop);
            if (present.HasValue && LedgerRow.Read(present.Value!).State == LetterState.Delivered)
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
            found.Add(LedgerRow.Read(row));
        return [.. found.OrderByDescending(static e => e.Received)];
    }

    /// <summary>Delivered entries whose last word is older than a day, and whose blob is still kept.</summary>
    internal IAsyncEnumerable<TableEntity> DeliveredBeforeAsync(DateTimeOffset day, CancellationToken stop) =>
        table.QueryAsync<TableEntity>(LedgerRow.DeliveredBefore(day), cancellationToken: stop);

    /// <summary>Where a letter stands on a desk, its copies for further targets included.</summary>
    internal async Task<IReadOnlyList<LetterState>> StatesAsync(string mailbox, string letter, CancellationToken stop)
    {
        List<LetterState> states = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {LedgerRow.Partition(mailbox)} and RowKey ge {letter} and RowKey lt {letter + "."}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: stop))
            states.Add(LedgerRow.Read(row).State);
        return states;
    }

    internal Task MarkSweptAsync(TableEntity row, CancellationToken stop) =>
        table.UpdateEntityAsync(LedgerRow.Swept(row), row.ETag, TableUpdateMode.Merge, stop);
}
