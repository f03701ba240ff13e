using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Postroom.Accounts;

/// <summary>
/// What is known of the letters in a mailbox: 128-bit keys, each with what was done with the letter. A key covers UIDL
/// and size, since a server may give a used UIDL to new mail once the old letter is gone (RFC 1939 §7): the new letter
/// then has another key and is fetched; should its size be the same too, its header tells.
/// </summary>
public sealed class SeenLetters
{
    private readonly Dictionary<UInt128, Entry> letters = [];

    /// <summary>Octets of one packed entry: key, day, what was done, header. 100,000 of them must fit into one answer of the table service, 4 MiB in base64.</summary>
    internal const int EntryBytes = 16 + 2 + 1 + 8;

    /// <summary>Letters in the set.</summary>
    public int Count => letters.Count;

    /// <summary>The key of a letter in a mailbox's listing. UIDLs are case-sensitive and may hold any printable octet.</summary>
    public static UInt128 Key(string uidl, long size)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(null, $"{size}\0{uidl}")), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>What is known of a letter, if anything.</summary>
    public bool TryGet(UInt128 key, out SeenLetter letter)
    {
        var known = letters.TryGetValue(key, out var entry);
        letter = known ? entry.Letter : default;
        return known;
    }

    /// <summary>Every letter known, with its key.</summary>
    public IEnumerable<(UInt128 Key, SeenLetter Letter)> All => letters.Select(static l => (l.Key, l.Value.Letter));

    /// <summary>Notes what was done with a letter.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Set(UInt128 key, SeenLetter letter)
    {
        var entry = new Entry(letter);
        if (letters.TryGetValue(key, out var before) && before == entry)
            return false;
        letters[key] = entry;
        return true;
    }

    /// <summary>Forgets what a complete listing no longer shows. Only after QUIT +OK: before it the listing may be a broken session's.</summary>
    /// <returns>Whether anything was forgotten.</returns>
    public bool KeepOnly(IReadOnlySet<UInt128> listed)
    {
        var before = letters.Count;
        foreach (var key in letters.Keys.Where(k => !listed.Contains(k)).ToList())
            letters.Remove(key);
        return letters.Count != before;
    }

    // Sorted by day, so that a new letter changes the last page only and the others need no write.
    internal IEnumerable<byte[]> Pack(int entriesPerPiece) =>
        letters.OrderBy(static l => l.Value.Day).ThenBy(static l => l.Key).Chunk(entriesPerPiece).Select(static chunk => Pack(chunk));

    internal byte[] Pack(IEnumerable<UInt128> keys) => Pack(keys.Select(k => KeyValuePair.Create(k, letters[k])).ToArray());

    internal void Unpack(ReadOnlySpan<byte> packed)
    {
        for (; packed.Length >= EntryBytes; packed = packed[EntryBytes..])
            letters[BinaryPrimitives.ReadUInt128BigEndian(packed)] = new(
                BinaryPrimitives.ReadUInt16BigEndian(packed[16..]), (SeenAs)packed[18], BinaryPrimitives.ReadUInt64BigEndian(packed[19..]));
    }

    private static byte[] Pack(KeyValuePair<UInt128, Entry>[] chunk)
    {
        var packed = new byte[chunk.Length * EntryBytes];
        for (var i = 0; i < chunk.Length; i++)
        {
            var at = packed.AsSpan(i * EntryBytes, EntryBytes);
            BinaryPrimitives.WriteUInt128BigEndian(at, chunk[i].Key);
            BinaryPrimitives.WriteUInt16BigEndian(at[16..], chunk[i].Value.Day);
            at[18] = (byte)chunk[i].Value.As;
            BinaryPrimitives.WriteUInt64BigEndian(at[19..], chunk[i].Value.Header);
        }

        return packed;
    }

    /// <summary>A letter as it is kept in memory: an account may have a hundred thousand.</summary>
    private readonly record struct Entry(ushort Day, SeenAs As, ulong Header)
    {
        // Day 0. 16 bits last until 2199.
        private static readonly DateOnly Epoch = new(2020, 1, 1);

        public Entry(SeenLetter letter)
            : this((ushort)Math.Clamp(letter.Since.DayNumber - Epoch.DayNumber, 0, ushort.MaxValue), letter.As, letter.Header) { }

        public SeenLetter Letter => new(Epoch.AddDays(Day), As, Header);
    }
}
