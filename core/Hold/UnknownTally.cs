using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Postroom.Mail;

namespace Postroom.Hold;

/// <summary>
/// How many letters for an unknown address the postmaster saw within a day. One row an address, asked only for unknown
/// ones. It keeps which letters were shown, so that a letter that is sorted again gets the same answer.
/// </summary>
public sealed class UnknownTally
{
    /// <summary>Letters for one unknown address that reach the postmaster within a day.</summary>
    public const int MostShown = 10;

    internal const string Partition = "tally";
    private static readonly TimeSpan Window = TimeSpan.FromDays(1);

    private readonly TableClient table;
    private readonly TimeProvider time;

    internal UnknownTally(TableClient table, TimeProvider time) => (this.table, this.time) = (table, time);

    /// <summary>Counts letters for one address.</summary>
    /// <param name="address">The address nobody has.</param>
    /// <param name="letters">Ids of letters for it.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>Which of them the postmaster is to see, and the notice to send if these are the first he is not to see.</returns>
    public async Task<UnknownCount> CountAsync(string address, IReadOnlyList<string> letters, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(address);
        var key = LetterId.Text(SHA256.HashData(Encoding.UTF8.GetBytes(address.ToLowerInvariant())).AsSpan(0, 20));
        while (true)
        {
            var now = time.GetUtcNow();
            var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, key, cancellationToken: stop);
            var row = found.HasValue && found.Value!.GetDateTimeOffset("Since") > now - Window
                ? found.Value
                : new TableEntity(Partition, key) { ["Address"] = address, ["Since"] = now, ["Shown"] = "" };

            var shown = row.GetString("Shown").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
            var before = shown.Count;
            foreach (var letter in letters.Except(shown).Take(MostShown - before).ToList())
                shown.Add(letter);
            var kept = letters.Except(shown).ToList();
            var first = kept.Count > 0 && row.GetString("ToldBy") is null;
            if (first)
                (row["ToldBy"], row["ToldAt"], row["Kept"]) = (kept[0], now, kept.Count);
            row["Shown"] = string.Join(' ', shown);
            if ((shown.Count > before || first) && !await WriteAsync(row, found.HasValue ? found.Value!.ETag : null, stop))
                continue;
            // By the letter it is about, not by who wrote the row: a worker that died before sending it is repeated.
            var notice = row.GetString("ToldBy") is { } told && kept.Contains(told)
                ? new FoldNotice(row.GetString("Address"), "", row.GetDateTimeOffset("Since") ?? now, row.GetDateTimeOffset("ToldAt") ?? now, row.GetInt32("Kept") ?? 1)
                : null;
            return new(shown.ToHashSet(), notice);
        }
    }

    /// <summary>Forgets days that are over.</summary>
    internal async Task SweepAsync(CancellationToken stop)
    {
        var over = time.GetUtcNow() - 2 * Window;
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and Since lt {over}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: stop))
            await table.DeleteEntityAsync(row, cancellationToken: stop);
    }

    private async Task<bool> WriteAsync(TableEntity row, ETag? before, CancellationToken stop)
    {
        try
        {
            if (before is { } etag)
                await table.UpdateEntityAsync(row, etag, TableUpdateMode.Replace, stop);
            else
                await table.AddEntityAsync(row, stop);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            // Somebody counted meanwhile, or it was our own repeated write: look again.
            return false;
        }
    }
}

/// <summary>What the tally says about letters for one unknown address.</summary>
/// <param name="Shown">Ids of the letters the postmaster sees today; all others are held.</param>
/// <param name="Notice">What to tell him; null: he knows, or there is nothing to tell. Its mailbox is for the caller to fill in.</param>
public sealed record UnknownCount(IReadOnlySet<string> Shown, FoldNotice? Notice);
