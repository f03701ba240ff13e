using Azure;
using Azure.Data.Tables;

namespace Postroom.Accounts;

/// <summary>
/// What is known of each account, one table partition an account: a row with state and lease, and rows with the seen
/// letters. One query reads it all and one transaction writes it, so a poll that finds nothing costs three requests
/// (read, take the lease, give it back) however large the mailbox.
/// </summary>
public sealed class AccountBook
{
    /// <summary>How long a lease holds without a renewal. Must stay above the longest silence of a session: one batch of letters.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    internal const string StateRow = "state";
    private readonly TableClient table;
    private readonly TimeProvider time;

    internal AccountBook(TableClient table, TimeProvider time) => (this.table, this.time) = (table, time);

    /// <summary>The state of every account ever polled, by name, and the storage server's time: due is judged by its clock alone.</summary>
    public async Task<(IReadOnlyDictionary<string, AccountState> States, DateTimeOffset Now)> ReadAllAsync(CancellationToken stop)
    {
        var states = new Dictionary<string, AccountState>(StringComparer.OrdinalIgnoreCase);
        DateTimeOffset? now = null;
        await foreach (var page in table.QueryAsync<TableEntity>($"RowKey eq '{StateRow}'", cancellationToken: stop).AsPages())
        {
            now ??= ServerTime(page);
            foreach (var row in page.Values)
                states[row.PartitionKey] = AccountRow.State(row);
        }

        return (states, now ?? time.GetUtcNow());
    }

    /// <summary>The state of one account; null if it was never polled.</summary>
    public async Task<AccountState?> FindAsync(string account, CancellationToken stop)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(account.ToLowerInvariant(), StateRow, cancellationToken: stop);
        return row.HasValue ? AccountRow.State(row.Value!) : null;
    }

    /// <summary>Opens an account for one poll.</summary>
    /// <returns>The session; or null and who holds the account until when, if it is being collected elsewhere.</returns>
    public async Task<(AccountSession? Session, string? Holder, DateTimeOffset Until)> OpenAsync(string account, CancellationToken stop)
    {
        var key = account.ToLowerInvariant();
        var seen = new SeenLetters();
        TableEntity? state = null;
        List<TableEntity> old = [];
        DateTimeOffset? now = null;
        await foreach (var page in table.QueryAsync<TableEntity>($"PartitionKey eq '{key}'", cancellationToken: stop).AsPages())
        {
            // Leases are judged by the server's clock: ours may be minutes off.
            now ??= ServerTime(page);
            foreach (var row in page.Values)
            {
                if (row.RowKey == StateRow)
                {
                    state = row;
                    continue;
                }

                old.Add(row);
            }
        }

        // A journal row knows better than the page that was written before it.
        foreach (var row in old.OrderBy(AccountRow.IsJournal).ThenBy(static r => r.RowKey, StringComparer.Ordinal))
            foreach (var piece in AccountRow.Pieces(row))
                seen.Unpack(piece);

        var serverNow = now ?? time.GetUtcNow();
        if (state?.GetString(AccountRow.Holder) is { Length: > 0 } holder
            && state.GetDateTimeOffset(AccountRow.Until) is { } until && until > serverNow && !LeaseHolder.IsGone(holder))
            return (null, holder, until);

        var taken = AccountRow.LeaseTaken(key, serverNow + Lease);
        try
        {
            var answer = state is null
                ? await table.AddEntityAsync(taken, stop)
                : await table.UpdateEntityAsync(taken, state.ETag, TableUpdateMode.Merge, stop);
            var session = new AccountSession(table, time, account, seen, old, answer.Headers.ETag ?? ETag.All, serverNow)
            {
                State = state is null ? new() : AccountRow.State(state),
            };
            return (session, null, default);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return (null, "another process", serverNow + Lease);
        }
    }

    private static DateTimeOffset ServerTime(Page<TableEntity> page) =>
        page.GetRawResponse().Headers.Date ?? throw new InvalidOperationException("The table service sent no Date header (RFC 9110 §6.6.1).");
}
