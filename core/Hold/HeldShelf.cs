using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using Postroom.Mail;
using Postroom.Queues;

namespace Postroom.Hold;

/// <summary>Where letters wait for a person. Nothing is ever sent on from it but by a person.</summary>
public sealed class HeldShelf
{
    private const string Partition = "held";
    private const string SentOnPartition = "sent-on";

    // Must stay above the 5 days a target is tried, with room for an outage: until then Sweep spares the letter's blob.
    private static readonly TimeSpan Spared = TimeSpan.FromDays(14);

    private readonly TableClient table;
    private readonly TimeProvider time;

    internal HeldShelf(TableClient table, TimeProvider time) => (this.table, this.time) = (table, time);

    /// <summary>Puts a letter on the shelf because nobody could tell where it belongs.</summary>
    public Task HoldAsync(InboundLetter letter, string reason, string queue, string? recipient, CancellationToken stop)
    {
        var batch = InboundMessage.Pack([letter with { Repeat = true }]).Single();
        return PutAsync(new()
        {
            Id = recipient is null ? letter.Id : letter.Id + "-" + Short(recipient.ToLowerInvariant()),
            Reason = reason,
            Since = time.GetUtcNow(),
            Queue = queue,
            Message = batch.Body.ToString(),
            Letter = letter.Id,
            Blob = letter.Blob,
            Size = letter.Size,
            Received = letter.Received,
            Account = letter.Account,
            Sender = letter.Sender,
            Recipient = recipient,
            MessageId = letter.MessageId,
            Story = letter.Story ?? [],
        }, stop);
    }

    /// <summary>Puts a letter on the shelf because its desk's target will not take it.</summary>
    public Task HoldAsync(DeliverLetter letter, string reason, string queue, CancellationToken stop)
    {
        var batch = DeliverMessage.Pack([letter with { Repeat = true, Attempts = 0, FirstTry = null }]).Single();
        return PutAsync(new()
        {
            Id = letter.Id + "-" + Short(letter.Mailbox.ToLowerInvariant() + "\0" + letter.Target.ToLowerInvariant()),
            Reason = reason,
            Since = time.GetUtcNow(),
            Queue = queue,
            Message = batch.Body.ToString(),
            Letter = letter.Id,
            Blob = letter.Blob,
            Size = letter.Size,
            Received = letter.Received,
            Account = letter.Account,
            Mailbox = letter.Mailbox,
            Sender = letter.Sender,
            Recipient = letter.Recipient,
            MessageId = letter.MessageId,
            Story = letter.Story ?? [],
        }, stop);
    }

    /// <summary>Puts a queue message on the shelf nobody can read, as it is.</summary>
    /// <param name="queue">The queue it came from, without the poison suffix.</param>
    /// <param name="body">The message as it was.</param>
    /// <param name="reason">Why, in a sentence.</param>
    /// <param name="stop">Ends the wait.</param>
    public Task HoldAsync(string queue, BinaryData body, string reason, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(body);
        return PutAsync(new()
        {
            // The same poison message twice is one thing to look at.
            Id = "message-" + Short(body.ToString()),
            Reason = reason,
            Since = time.GetUtcNow(),
            Queue = queue,
            Message = body.ToString(),
        }, stop);
    }

    /// <summary>Everything that waits, oldest first.</summary>
    public Task<IReadOnlyList<HeldLetter>> ListAsync(CancellationToken stop) => ListAsync(Partition, stop);

    /// <summary>What a person sent on within the last days, oldest first: it may still be on its way.</summary>
    public Task<IReadOnlyList<HeldLetter>> SentOnAsync(CancellationToken stop) => ListAsync(SentOnPartition, stop);

    /// <summary>One thing that waits; null if there is none of that id.</summary>
    public async Task<HeldLetter?> FindAsync(string id, CancellationToken stop)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, id, cancellationToken: stop);
        return row.HasValue ? HeldRow.Read(row.Value!) : null;
    }

    /// <summary>Whether anything of a letter waits here, or did and may still be on its way; then its blob must stay.</summary>
    internal async Task<bool> HoldsAsync(string letter, CancellationToken stop)
    {
        await foreach (var _ in table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"(PartitionKey eq {Partition} or PartitionKey eq {SentOnPartition}) and Letter eq {letter}"), maxPerPage: 1, cancellationToken: stop))
            return true;
        return false;
    }

    /// <summary>Takes something off the shelf; only after it is on its way again.</summary>
    /// <param name="held">With its story up to now.</param>
    /// <param name="stop">Ends the wait.</param>
    internal async Task SendOnAsync(HeldLetter held, CancellationToken stop)
    {
        // First there, then gone here: at no moment may Sweep find neither.
        await table.UpsertEntityAsync(HeldRow.Write(SentOnPartition, held), TableUpdateMode.Replace, stop);
        await table.DeleteEntityAsync(Partition, held.Id, cancellationToken: stop);
    }

    internal async Task ForgetSentOnAsync(CancellationToken stop)
    {
        var before = time.GetUtcNow() - Spared;
        await foreach (var row in table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {SentOnPartition} and Timestamp lt {before}"), select: ["PartitionKey", "RowKey"], cancellationToken: stop))
            await table.DeleteEntityAsync(row, cancellationToken: stop);
    }

    private async Task<IReadOnlyList<HeldLetter>> ListAsync(string partition, CancellationToken stop)
    {
        List<HeldLetter> held = [];
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: stop))
            held.Add(HeldRow.Read(row));
        return [.. held.OrderBy(static h => h.Since)];
    }

    private Task PutAsync(HeldLetter held, CancellationToken stop) =>
        table.UpsertEntityAsync(HeldRow.Write(Partition, held), TableUpdateMode.Replace, stop);

    private static string Short(string text) => LetterId.Text(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 10));
}
