using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using Postroom.Mail;
using Postroom.Queues;

namespace Postroom.Ledger;

/// <summary>
/// A row beside a delivered letter's own, under what equal copies have in common. It is written in the same transaction
/// as "delivered" and never before: so it can hold back a copy, but no letter that is not on its desk.
/// </summary>
internal static class CopyClaim
{
    // "y" is not in the alphabet of letter ids, so no letter's row ever stands between claims.
    private const string Prefix = "copy-";
    private const string AfterPrefix = "copy.";
    private const string First = "First";

    /// <summary>How long an equal letter is a copy.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);

    /// <summary>The row's key within the mailbox; null when the letter has nothing to compare.</summary>
    public static string? KeyOf(DeliverLetter letter)
    {
        if (letter.Fingerprint is not { } fingerprint)
            return null;
        // The postmaster is to see each address nobody has; two of them are not one recipient.
        var apart = letter.Undetermined ? "\0" + letter.Recipient?.ToLowerInvariant() : "";
        var text = LetterId.Text(SHA256.HashData(Encoding.UTF8.GetBytes(fingerprint + apart)).AsSpan(0, 20));
        return LedgerEntry.KeyOf(Prefix + text, letter.Target, letter.Copy);
    }

    public static bool IsClaim(TableEntity row) => row.RowKey.StartsWith(Prefix, StringComparison.Ordinal);

    public static TableEntity Write(LedgerEntry entry) => new(LedgerRow.Partition(entry.Mailbox), entry.Claim)
    {
        [First] = entry.Letter,
        [nameof(entry.Last)] = entry.Last,
    };

    /// <summary>The letter that lies on the desk; null if it came longer than a week before.</summary>
    public static string? Read(TableEntity row, DateTimeOffset now) =>
        row.GetDateTimeOffset(nameof(LedgerEntry.Last)) > now - Age ? row.GetString(First) : null;

    public static string OlderThan(DateTimeOffset day) =>
        TableClient.CreateQueryFilter($"RowKey ge {Prefix} and RowKey lt {AfterPrefix} and Last lt {day}");
}
