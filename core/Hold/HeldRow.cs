using System.Text;
using Azure.Data.Tables;
using Postroom.Mail;

namespace Postroom.Hold;

/// <summary>How a held letter lies in a table row.</summary>
internal static class HeldRow
{
    // A binary property holds 64 KiB, exactly what a queue message may have; a text property only half of it.
    public static TableEntity Write(string partition, HeldLetter held)
    {
        var row = new TableEntity(partition, held.Id)
        {
            [nameof(held.Reason)] = held.Reason,
            [nameof(held.Since)] = held.Since,
            [nameof(held.Queue)] = held.Queue,
            [nameof(held.Message)] = Encoding.UTF8.GetBytes(held.Message),
            [nameof(held.Size)] = held.Size,
        };
        if (held.Story.Count > 0)
            row[nameof(held.Story)] = Story.Write(held.Story);
        if (held.Received is { } received)
            row[nameof(held.Received)] = received;
        foreach (var (name, value) in new[]
        {
            (nameof(held.Letter), held.Letter), (nameof(held.Blob), held.Blob), (nameof(held.Account), held.Account),
            (nameof(held.Mailbox), held.Mailbox), (nameof(held.Sender), held.Sender), (nameof(held.Recipient), held.Recipient),
            (nameof(held.MessageId), held.MessageId),
        })
        {
            if (value is not null)
                row[name] = value.Length <= 1000 ? value : value[..1000];
        }

        return row;
    }

    public static HeldLetter Read(TableEntity row) => new()
    {
        Id = row.RowKey,
        Reason = row.GetString(nameof(HeldLetter.Reason)),
        Since = row.GetDateTimeOffset(nameof(HeldLetter.Since)) ?? default,
        Queue = row.GetString(nameof(HeldLetter.Queue)),
        Message = Encoding.UTF8.GetString(row.GetBinary(nameof(HeldLetter.Message)) ?? []),
        Letter = row.GetString(nameof(HeldLetter.Letter)),
        Blob = row.GetString(nameof(HeldLetter.Blob)),
        Size = row.GetInt64(nameof(HeldLetter.Size)) ?? 0,
        Received = row.GetDateTimeOffset(nameof(HeldLetter.Received)),
        Account = row.GetString(nameof(HeldLetter.Account)),
        Mailbox = row.GetString(nameof(HeldLetter.Mailbox)),
        Sender = row.GetString(nameof(HeldLetter.Sender)),
        Recipient = row.GetString(nameof(HeldLetter.Recipient)),
        MessageId = row.GetString(nameof(HeldLetter.MessageId)),
        Story = Story.Read(row.GetString(nameof(HeldLetter.Story))),
    };
}
