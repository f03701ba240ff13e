using Azure;
using Azure.Data.Tables;

namespace Postroom.Accounts;

/// <summary>
/// One poll's hold on an account. Each write carries the ETag of the lease as a fencing token: who lost the lease
/// cannot write, and so never gets as far as DELE.
/// </summary>
public sealed class AccountSession : IDisposable
{
    // Journal rows before they are folded into the pages. Must stay well below the 100 entities of one transaction.
    private const int MostJournalRows = 64;

    // Pages in one transaction: each may be 1 MiB, and 4 MiB with base64 is the limit of the whole.
    private const int PagesPerWrite = 2;

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly TableClient table;
    private readonly TimeProvider time;
    private readonly string account;
    private readonly string key;
    private readonly DateTimeOffset serverStart;
    private readonly long started;
    private readonly Dictionary<string, TableEntity> rows;
    private ETag fence;
    private int journal;
    private bool changed;

    internal AccountSession(TableClient table, TimeProvider time, string account, SeenLetters seen, List<TableEntity> rows, ETag fence, DateTimeOffset serverNow)
    {
        (this.table, this.time, this.account, this.fence) = (table, time, account, fence);
        key = account.ToLowerInvariant();
        Seen = seen;
        this.rows = rows.ToDictionary(static r => r.RowKey);
        // Journal rows of a session that died are folded into the pages by the next one that ends.
        changed = rows.Any(static r => AccountRow.IsJournal(r));
        serverStart = serverNow;
        started = time.GetTimestamp();
    }

    /// <summary>How the account fared up to now; what stands here at the end is written.</summary>
    public AccountState State { get; set; } = new();

    /// <summary>Letters stored and enqueued by this or an earlier session.</summary>
    public SeenLetters Seen { get; }

    /// <summary>The time by the storage server's clock.</summary>
    public DateTimeOffset Now => serverStart + time.GetElapsedTime(started);

    /// <summary>The day by that clock.</summary>
    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);

    /// <summary>
    /// Remembers what was done with letters, and renews the lease, in one transaction. Only after it may what is stored
    /// and enqueued be deleted on the server.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else has the account now.</exception>
    public async Task RememberAsync(IReadOnlyCollection<(UInt128 Key, SeenLetter Letter)> letters, CancellationToken stop)
    {
        await gate.WaitAsync(stop);
        try
        {
            var fresh = letters.Where(l => Seen.Set(l.Key, l.Letter)).Select(static l => l.Key).ToList();
            if (fresh.Count > 0)
            {
                changed = true;
                if (rows.Values.Count(AccountRow.IsJournal) < MostJournalRows)
                {
                    while (rows.ContainsKey(AccountRow.JournalName(journal)))
                        journal++;
                    var row = AccountRow.Journal(key, journal, Seen.Pack(fresh));
                    await WriteAsync(LeaseRenewed(), [new(TableTransactionActionType.UpsertReplace, row)], stop);
                    rows[row.RowKey] = row;
                    return;
                }

                await FoldAsync(LeaseRenewed, stop);
                return;
            }

            await WriteAsync(LeaseRenewed(), [], stop);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Keeps the lease while a long download runs.</summary>
    /// <exception cref="LeaseLostException">Somebody else has the account now.</exception>
    public Task RenewAsync(CancellationToken stop) => RememberAsync([], stop);

    /// <summary>Forgets letters that a complete listing, ended by QUIT +OK, no longer showed.</summary>
    public void KeepOnly(IReadOnlySet<UInt128> listed) => changed |= Seen.KeepOnly(listed, Today);

    /// <summary>Writes <see cref="State"/> and what changed of the seen letters, and gives the lease back.</summary>
    /// <exception cref="LeaseLostException">Somebody else has the account now.</exception>
    public async Task CloseAsync(CancellationToken stop)
    {
        await gate.WaitAsync(stop);
        try
        {
            await FoldAsync(() => AccountRow.LeaseReturned(key, State, Now), stop);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private TableEntity LeaseRenewed() => AccountRow.LeaseTaken(key, Now + AccountBook.Lease);

    // Pages first, rows they replace last: whatever prefix of this is written, no letter is forgotten.
    private async Task FoldAsync(Func<TableEntity> last, CancellationToken stop)
    {
        if (!changed)
        {
            await WriteAsync(last(), [], stop);
            return;
        }

        var pages = AccountRow.Pages(key, Seen).ToList();
        var pending = pages.Where(p => !rows.TryGetValue(p.RowKey, out var present) || !AccountRow.SamePieces(present, p)).ToList();
        for (; pending.Count > PagesPerWrite; pending = pending[PagesPerWrite..])
            await WriteAsync(LeaseRenewed(), pending.Take(PagesPerWrite).Select(static p => new TableTransactionAction(TableTransactionActionType.UpsertReplace, p)), stop);
        var kept = pages.Select(static p => p.RowKey).ToHashSet();
        var replaced = rows.Keys.Where(r => !kept.Contains(r)).ToList();
        await WriteAsync(last(),
            [
                .. pending.Select(static p => new TableTransactionAction(TableTransactionActionType.UpsertReplace, p)),
                .. replaced.Select(r => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(key, r), ETag.All)),
            ], stop);
        rows.Clear();
        foreach (var page in pages)
            rows[page.RowKey] = page;
        (changed, journal) = (false, 0);
    }

    private async Task WriteAsync(TableEntity lease, IEnumerable<TableTransactionAction> rest, CancellationToken stop)
    {
        try
        {
            var answers = await table.SubmitTransactionAsync(
                [new(TableTransactionActionType.UpdateMerge, lease, fence), .. rest], stop);
            fence = answers.Value[0].Headers.ETag ?? throw new InvalidOperationException("The table service sent no ETag.");
        }
        catch (RequestFailedException e) when (e.Status is 412 or 404)
        {
            // The SDK repeats a write whose answer was lost and then meets its own work: look whose it is.
            var present = await table.GetEntityIfExistsAsync<TableEntity>(key, AccountBook.StateRow, cancellationToken: stop);
            if (!present.HasValue || !AccountRow.SameLease(present.Value!, lease))
                throw new LeaseLostException(account, e);
            fence = present.Value!.ETag;
        }
    }
}
