using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Postroom.Accounts;

/// <summary>
/// What is known of the letters in a mailbox: keys, each with what was done with the letter. A key covers UIDL and size,
/// since a server may give a used UIDL to new mail once the old letter is gone (RFC 1939 §7): the new letter then has
/// another key and is fetched; should its size be the same too, its header tells. Beside them the fingerprints of letters
/// collected within a week, by which copies are noticed.
/// </summary>
public sealed class SeenLetters
{
    // 100,000 letters and as many fingerprints must fit into one answer of the table service: 4 MiB, in base64.
    private const int LetterBytes = 2 + KeyBytes + 8;
    private const int FingerprintBytes = 2 + 4;

    // 96 bits: among a hundred thousand letters two have the same key once in 10¹⁹ mailboxes.
    private const int KeyBytes = 12;

    /// <summary>Days within which an equal letter is a copy.</summary>
    internal const int CopyDays = 7;

    private readonly Dictionary<UInt128, Entry> letters = [];

    /// <summary>Letters in the set.</summary>
    public int Count => letters.Keys.Count(static k => !IsFingerprint(k));

    /// <summary>The key of a letter in a mailbox's listing. UIDLs are case-sensitive and may hold any printable octet.</summary>
    public static UInt128 Key(string uidl, long size) => Hash(string.Create(null, $"{size}\0{uidl}")) & ~Small;

    /// <summary>The key of a fingerprint; never that of a letter in a listing. 32 bits: that two are alike costs a look, no more.</summary>
    public static UInt128 FingerprintKey(string fingerprint) => Hash(fingerprint) & Small;

    /// <summary>What is known of a letter, if anything.</summary>
    public bool TryGet(UInt128 key, out SeenLetter letter)
    {
        var known = letters.TryGetValue(key, out var entry);
        letter = known ? entry.Letter : default;
        return known;
    }

    /// <summary>Every letter known, with its key.</summary>
    public IEnumerable<(UInt128 Key, SeenLetter Letter)> All =>
        letters.Where(static l => !IsFingerprint(l.Key)).Select(static l => (l.Key, l.Value.Letter));

    /// <summary>Notes what was done with a letter.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Set(UInt128 key, SeenLetter letter)
    {
        var entry = new Entry(letter);
        if (letters.TryGetValue(key, out var before) && (before == entry || IsFingerprint(key)))
            return false;
        letters[key] = entry;
        return true;
    }

    /// <summary>
    /// Forgets letters that a complete listing no longer shows, and fingerprints that are too old. Only after QUIT +OK:
    /// before it the listing may be a broken session's.
    /// </summary>
    /// <returns>Whether anything was forgotten.</returns>
    public bool KeepOnly(IReadOnlySet<UInt128> listed, DateOnly today)
    {
        var before = letters.Count;
        var oldest = today.AddDays(-CopyDays);
        foreach (var (key, _) in letters.Where(l => IsFingerprint(l.Key) ? l.Value.Letter.Since < oldest : !listed.Contains(l.Key)).ToList())
            letters.Remove(key);
        return letters.Count != before;
    }

    // Sorted by day, so that a new letter changes the last page only and the others need no write.
    internal IEnumerable<byte[]> Pack(int mostBytes)
    {
        var piece = new byte[mostBytes];
        var length = 0;
        foreach (var (key, entry) in letters.OrderBy(static l => l.Value.Day).ThenBy(static l => l.Key))
        {
            if (length + LetterBytes > mostBytes)
            {
                yield return piece[..length];
                length = 0;
            }

            length += Write(piece.AsSpan(length), key, entry);
        }

        if (length > 0)
            yield return piece[..length];
    }

    internal byte[] Pack(IReadOnlyCollection<UInt128> keys)
    {
        var packed = new byte[keys.Count * LetterBytes];
        var length = 0;
        foreach (var key in keys)
            length += Write(packed.AsSpan(length), key, letters[key]);
        return packed[..length];
    }

    internal void Unpack(ReadOnlySpan<byte> packed)
    {
        while (packed.Length >= FingerprintBytes)
        {
            var mark = BinaryPrimitives.ReadUInt16BigEndian(packed);
            if (Entry.IsOfFingerprint(mark))
            {
                letters[BinaryPrimitives.ReadUInt32BigEndian(packed[2..])] = new(mark, 0);
                packed = packed[FingerprintBytes..];
                continue;
            }

            if (packed.Length < LetterBytes)
                return;
            var key = new UInt128(BinaryPrimitives.ReadUInt64BigEndian(packed[2..]), (ulong)BinaryPrimitives.ReadUInt32BigEndian(packed[10..]) << 32);
            letters[key] = new(mark, BinaryPrimitives.ReadUInt64BigEndian(packed[14..]));
            packed = packed[LetterBytes..];
        }
    }

    private static readonly UInt128 Small = uint.MaxValue;

    private static bool IsFingerprint(UInt128 key) => key <= Small;

    private static UInt128 Hash(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private static int Write(Span<byte> at, UInt128 key, Entry entry)
    {
        BinaryPrimitives.WriteUInt16BigEndian(at, entry.Mark);
        if (IsFingerprint(key))
        {
            BinaryPrimitives.WriteUInt32BigEndian(at[2..], (uint)key);
            return FingerprintBytes;
        }

        BinaryPrimitives.WriteUInt64BigEndian(at[2..], (ulong)(key >> 64));
        BinaryPrimitives.WriteUInt32BigEndian(at[10..], (uint)(key >> 32));
        BinaryPrimitives.WriteUInt64BigEndian(at[14..], entry.Header);
        return LetterBytes;
    }

    /// <summary>A letter as it is kept in memory: an account may have a hundred thousand.</summary>
    /// <param name="Mark">3 bits of what was done, 13 bits of day.</param>
    /// <param name="Header">As <see cref="SeenLetter.Header"/>.</param>
    private readonly record struct Entry(ushort Mark, ulong Header)
    {
        private const int DayBits = 13;

        // Day 0. 13 bits last until 2046.
        private static readonly DateOnly Epoch = new(2024, 1, 1);

        public Entry(SeenLetter letter)
            : this((ushort)((int)letter.As << DayBits | Math.Clamp(letter.Since.DayNumber - Epoch.DayNumber, 0, (1 << DayBits) - 1)), letter.Header) { }

        public int Day => Mark & ((1 << DayBits) - 1);

        public SeenLetter Letter => new(Epoch.AddDays(Day), (SeenAs)(Mark >> DayBits), Header);

        public static bool IsOfFingerprint(ushort mark) => mark >> DayBits == (int)SeenAs.Fingerprint;
    }
}
