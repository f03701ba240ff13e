using Azure.Data.Tables;
using Postroom.Mail;

namespace Postroom.Ledger;

/// <summary>How a ledger entry lies in a table row.</summary>
internal static class LedgerRow
{
    // Search finds addresses without regard to case; the entry itself keeps them as written.
    private const string SenderKey = "SenderKey";
    private const string RecipientKey = "RecipientKey";
    private const string SweptMark = "Swept";

    public static string Partition(string mailbox) => mailbox.ToLowerInvariant();

    public static TableEntity Write(LedgerEntry entry)
    {
        var row = new TableEntity(Partition(entry.Mailbox), entry.Key)
        {
            [nameof(entry.Mailbox)] = entry.Mailbox,
            [nameof(entry.Letter)] = entry.Letter,
            [nameof(entry.Copy)] = entry.Copy,
            [nameof(entry.State)] = entry.State.ToString(),
            [nameof(entry.Blob)] = entry.Blob,
            [nameof(entry.Size)] = entry.Size,
            [nameof(entry.Received)] = entry.Received,
            [nameof(entry.DecidedBy)] = Short(entry.DecidedBy),
            [nameof(entry.Reason)] = Short(entry.Reason),
            [nameof(entry.Target)] = entry.Target,
            [nameof(entry.Answer)] = Short(entry.Answer),
            [nameof(entry.Attempts)] = entry.Attempts,
            [nameof(entry.Last)] = entry.Last,
            [nameof(entry.Desks)] = string.Join(' ', entry.Desks),
            // Written although it is false: no filter of the table service finds a row by what it lacks.
            [SweptMark] = false,
        };
        Put(nameof(entry.Account), entry.Account);
        Put(nameof(entry.Sender), entry.Sender);
        Put(SenderKey, entry.Sender?.ToLowerInvariant());
        Put(nameof(entry.Recipient), entry.Recipient);
        Put(RecipientKey, entry.Recipient?.ToLowerInvariant());
        Put(nameof(entry.MessageId), entry.MessageId);
        Put(nameof(entry.CopyOf), entry.CopyOf);
        if (entry.Story.Count > 0)
            row[nameof(entry.Story)] = Story.Write(entry.Story);
        if (entry.Sorted is { } sorted)
            row[nameof(entry.Sorted)] = sorted;
        if (entry.Next is { } next)
            row[nameof(entry.Next)] = next;
        return row;

        void Put(string name, string? value)
        {
            if (value is not null)
                row[name] = Short(value);
        }
    }

    public static LedgerEntry Read(TableEntity row) => new()
    {
        Mailbox = row.GetString(nameof(LedgerEntry.Mailbox)),
        Letter = row.GetString(nameof(LedgerEntry.Letter)),
        Copy = row.GetBoolean(nameof(LedgerEntry.Copy)) ?? false,
        State = Enum.Parse<LetterState>(row.GetString(nameof(LedgerEntry.State))),
        Blob = row.GetString(nameof(LedgerEntry.Blob)),
        Size = row.GetInt64(nameof(LedgerEntry.Size)) ?? 0,
        Received = row.GetDateTimeOffset(nameof(LedgerEntry.Received)) ?? default,
        Account = row.GetString(nameof(LedgerEntry.Account)),
        Sender = row.GetString(nameof(LedgerEntry.Sender)),
        Recipient = row.GetString(nameof(LedgerEntry.Recipient)),
        MessageId = row.GetString(nameof(LedgerEntry.MessageId)),
        Sorted = row.GetDateTimeOffset(nameof(LedgerEntry.Sorted)),
        DecidedBy = row.GetString(nameof(LedgerEntry.DecidedBy)) ?? "",
        Reason = row.GetString(nameof(LedgerEntry.Reason)) ?? "",
        Target = row.GetString(nameof(LedgerEntry.Target)) ?? "",
        Answer = row.GetString(nameof(LedgerEntry.Answer)) ?? "",
        Attempts = row.GetInt32(nameof(LedgerEntry.Attempts)) ?? 0,
        Last = row.GetDateTimeOffset(nameof(LedgerEntry.Last)) ?? default,
        Next = row.GetDateTimeOffset(nameof(LedgerEntry.Next)),
        CopyOf = row.GetString(nameof(LedgerEntry.CopyOf)),
        Story = Story.Read(row.GetString(nameof(LedgerEntry.Story))),
        Desks = (row.GetString(nameof(LedgerEntry.Desks)) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };

    public static string Matching(string text)
    {
        var bare = text.Trim();
        var address = bare.Trim('<', '>').ToLowerInvariant();
        var bracketed = "<" + bare.Trim('<', '>') + ">";
        return TableClient.CreateQueryFilter(
            $"PartitionKey eq {address} or Letter eq {address} or SenderKey eq {address} or RecipientKey eq {address} or MessageId eq {bare} or MessageId eq {bracketed}");
    }

    public static string FinalBefore(DateTimeOffset day) => TableClient.CreateQueryFilter(
        $"(State eq {nameof(LetterState.Delivered)} or State eq {nameof(LetterState.Duplicate)}) and Last lt {day} and Swept ne {true}");

    public static string SweptBefore(DateTimeOffset day) => TableClient.CreateQueryFilter(
        $"Last lt {day} and (Swept eq {true} or State eq {nameof(LetterState.Reassigned)})");

    public static TableEntity Swept(TableEntity row) => new(row.PartitionKey, row.RowKey) { [SweptMark] = true };

    // A property holds 32,768 UTF-16 characters; nobody needs more of any of these to know what happened.
    private static string Short(string text) => text.Length <= 1000 ? text : text[..1000];
}
