using System.Globalization;
using Azure.Data.Tables;

namespace Postroom.Accounts;

/// <summary>How account states, leases and seen letters lie in table rows.</summary>
internal static class AccountRow
{
    public const string Holder = "LeaseHolder";
    public const string Until = "LeaseUntil";

    // An entity holds 1 MiB, a property 64 KiB. 14 full pieces leave room for names and overhead.
    private const int PiecesPerRow = 14;
    private const int BytesPerPiece = 65_536;

    public static AccountState State(TableEntity row) => new()
    {
        LastPoll = row.GetDateTimeOffset(nameof(AccountState.LastPoll)),
        LastSuccess = row.GetDateTimeOffset(nameof(AccountState.LastSuccess)),
        NextPoll = row.GetDateTimeOffset(nameof(AccountState.NextPoll)),
        Failures = row.GetInt32(nameof(AccountState.Failures)) ?? 0,
        LastError = row.GetString(nameof(AccountState.LastError)) is { Length: > 0 } error ? error : null,
        Letters = row.GetInt64(nameof(AccountState.Letters)) ?? 0,
        Octets = row.GetInt64(nameof(AccountState.Octets)) ?? 0,
        LeftOnServer = row.GetInt32(nameof(AccountState.LeftOnServer)) ?? 0,
        LeasedUntil = row.GetString(Holder) is { Length: > 0 } ? row.GetDateTimeOffset(Until) : null,
        SeenTls = row.GetBoolean(nameof(AccountState.SeenTls)) ?? false,
        Remark = row.GetString(nameof(AccountState.Remark)) is { Length: > 0 } remark ? remark : null,
        SizesOff = row.GetBoolean(nameof(AccountState.SizesOff)) ?? false,
    };

    public static TableEntity LeaseTaken(string key, DateTimeOffset until) =>
        new(key, AccountBook.StateRow) { [Holder] = LeaseHolder.Self, [Until] = until };

    public static TableEntity LeaseReturned(string key, AccountState state, DateTimeOffset returned)
    {
        var row = new TableEntity(key, AccountBook.StateRow)
        {
            [Holder] = "",
            // Also a mark by which a repeated write recognises its own work.
            [Until] = returned,
            [nameof(AccountState.Failures)] = state.Failures,
            // A merge leaves out what is null, so an error that is gone is written as empty.
            [nameof(AccountState.LastError)] = state.LastError ?? "",
            [nameof(AccountState.Letters)] = state.Letters,
            [nameof(AccountState.Octets)] = state.Octets,
            [nameof(AccountState.LeftOnServer)] = state.LeftOnServer,
            [nameof(AccountState.SeenTls)] = state.SeenTls,
            [nameof(AccountState.Remark)] = state.Remark ?? "",
            [nameof(AccountState.SizesOff)] = state.SizesOff,
        };
        if (state.LastPoll is { } poll)
            row[nameof(AccountState.LastPoll)] = poll;
        if (state.LastSuccess is { } success)
            row[nameof(AccountState.LastSuccess)] = success;
        if (state.NextPoll is { } next)
            row[nameof(AccountState.NextPoll)] = next;
        return row;
    }

    public static IEnumerable<byte[]> Pieces(TableEntity row) =>
        row.Where(static p => p.Key.StartsWith("Piece", StringComparison.Ordinal)).Select(static p => p.Value).OfType<byte[]>();

    public static string JournalName(int number) => "new-" + number.ToString("D4", CultureInfo.InvariantCulture);

    public static bool IsJournal(TableEntity row) => row.RowKey.StartsWith("new-", StringComparison.Ordinal);

    public static TableEntity Journal(string key, int number, byte[] packed) =>
        new(key, JournalName(number)) { ["Piece0"] = packed };

    public static bool SamePieces(TableEntity one, TableEntity other) =>
        Pieces(one).Count() == Pieces(other).Count()
        && one.Where(static p => p.Value is byte[]).All(p => other.GetBinary(p.Key) is { } bytes && bytes.AsSpan().SequenceEqual((byte[])p.Value));

    public static bool SameLease(TableEntity present, TableEntity written) =>
        present.GetString(Holder) == written.GetString(Holder)
        && present.GetDateTimeOffset(Until) == written.GetDateTimeOffset(Until);

    /// <summary>The whole set in as few rows as fit.</summary>
    public static IEnumerable<TableEntity> Pages(string key, SeenLetters seen) =>
        seen.Pack(BytesPerPiece).Chunk(PiecesPerRow).Select((pieces, page) =>
        {
            var row = new TableEntity(key, "seen-" + page.ToString("D4", CultureInfo.InvariantCulture));
            for (var i = 0; i < pieces.Length; i++)
                row["Piece" + i.ToString(CultureInfo.InvariantCulture)] = pieces[i];
            return row;
        });
}
