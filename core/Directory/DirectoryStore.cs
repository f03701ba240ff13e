using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;

namespace Postroom.Directory;

/// <summary>The directory table: generations of one text, each in a few large rows, and one row that names the one in use.
/// 50,000 addresses are about five rows, so a process that sees a change reads six and not 50,000.</summary>
internal sealed class DirectoryStore(TableClient table, TimeProvider time)
{
    // A string property holds 32,768 characters, a row 1 MiB, in which a character counts two bytes.
    private const int CharactersPerProperty = 30_000;
    private const int PropertiesPerPiece = 15;

    private const int MostRowsPerTransaction = 100;
    private const string GenerationPrefix = "rows-";

    // Must stay above the longest import and the longest read: what is younger may be in use by somebody.
    private static readonly TimeSpan Keep = TimeSpan.FromDays(1);

    /// <summary>Which generation is in use; null: no table, or nothing was ever imported. One request.</summary>
    public async Task<DirectoryPointer?> FindPointerAsync(CancellationToken stop)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(DirectoryPointer.Key, DirectoryPointer.Key, cancellationToken: stop);
        return row.HasValue ? DirectoryPointer.Read(row.Value!) : null;
    }

    /// <exception cref="InvalidDataException">The generation is not complete (any more).</exception>
    public async Task<string> ReadAsync(DirectoryPointer pointer, CancellationToken stop)
    {
        var pieces = await Task.WhenAll(Enumerable.Range(0, pointer.Pieces).Select(i =>
            table.GetEntityIfExistsAsync<TableEntity>(pointer.Generation, RowKey(i), cancellationToken: stop)));
        var text = new StringBuilder();
        foreach (var piece in pieces.Where(static p => p.HasValue))
            for (var i = 0; i < PropertiesPerPiece && piece.Value!.TryGetValue(Property(i), out var part); i++)
                text.Append(part);

        var whole = text.ToString();
        return Hash(whole) == pointer.Sha256 ? whole : throw new InvalidDataException($"Generation {pointer.Generation} of the directory table is not complete.");
    }

    /// <summary>Writes a text as a new generation and switches over to it, unless somebody else did so since <paramref name="before"/> was read.</summary>
    /// <returns>False if somebody else did: then nothing has changed.</returns>
    public async Task<bool> WriteAsync(string text, int addresses, DirectoryPointer? before, Action<int, int>? progress, CancellationToken stop)
    {
        await table.CreateIfNotExistsAsync(stop);
        var pieces = Parts(text).Chunk(PropertiesPerPiece).ToList();
        var generation = $"{GenerationPrefix}{Stamp(time.GetUtcNow())}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        for (var i = 0; i < pieces.Count; i++)
        {
            var row = new TableEntity(generation, RowKey(i));
            for (var part = 0; part < pieces[i].Length; part++) row[Property(part)] = pieces[i][part];
            await table.UpsertEntityAsync(row, TableUpdateMode.Replace, stop);
            progress?.Invoke(i + 1, pieces.Count);
        }

        // Up to here the pieces are invisible; this one write makes all of them count, or none.
        var pointer = new DirectoryPointer(generation, before?.Generation, pieces.Count, addresses, Hash(text));
        if (!await SwitchAsync(pointer, before, stop)) return false;
        await SweepAsync(pointer, stop);
        return true;
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private async Task<bool> SwitchAsync(DirectoryPointer pointer, DirectoryPointer? before, CancellationToken stop)
    {
        try
        {
            if (before is null)
                await table.AddEntityAsync(pointer.ToRow(), stop);
            else
                await table.UpdateEntityAsync(pointer.ToRow(), before.ETag, TableUpdateMode.Replace, stop);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // Somebody else's switch; or our own, whose answer was lost and which the client then repeated.
            return (await FindPointerAsync(stop))?.Generation == pointer.Generation;
        }
    }

    /// <summary>Removes generations nobody can be reading or writing any more, those of broken-off imports among them.</summary>
    private async Task SweepAsync(DirectoryPointer pointer, CancellationToken stop)
    {
        var cutoff = GenerationPrefix + Stamp(time.GetUtcNow() - Keep);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {GenerationPrefix} and PartitionKey lt {cutoff}");
        try
        {
            var old = new List<TableEntity>();
            await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: stop))
                if (row.PartitionKey != pointer.Previous)
                    old.Add(row);
            foreach (var rows in old.GroupBy(static r => r.PartitionKey).SelectMany(static g => g.Chunk(MostRowsPerTransaction)))
                await table.SubmitTransactionAsync(rows.Select(static r => new TableTransactionAction(TableTransactionActionType.Delete, r)), stop);
        }
        catch (RequestFailedException)
        {
            // The switch is done and old rows harm nobody: the next import sweeps again.
        }
    }

    private static IEnumerable<string> Parts(string text)
    {
        for (var (start, length) = (0, 0); start < text.Length; start += length)
        {
            length = Math.Min(CharactersPerProperty, text.Length - start);
            // Half a character would not survive the way through JSON.
            if (char.IsHighSurrogate(text[start + length - 1])) length--;
            yield return text.Substring(start, length);
        }
    }

    private static string Stamp(DateTimeOffset at) => at.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);

    private static string RowKey(int piece) => piece.ToString("D6", CultureInfo.InvariantCulture);

    private static string Property(int part) => $"Text{part:D2}";
}
