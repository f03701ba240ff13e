using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Postroom.Accounts;

/// <summary>
/// Which letters of a mailbox are stored and enqueued already: a set of 128-bit keys, each with the day it was first
/// seen. A key covers UIDL and size, since a server may give a used UIDL to new mail once the old letter is gone
/// (RFC 1939 §7): the new letter then has another key and is fetched. Beside them, for a week, the fingerprints of
/// letters, so that a copy is recognised without asking anybody: they lie in the rows that every poll reads anyway.
/// </summary>
public sealed class SeenLetters
{
    private readonly Dictionary<UInt128, ushort> days = [];

    /// <summary>Octets of one packed entry: key and day.</summary>
    internal const int EntryBytes = 18;

    /// <summary>Days within which an equal letter is a copy.</summary>
    internal const int CopyDays = 7;

    /// <summary>The key of a letter in a mailbox's listing. UIDLs are case-sensitive and may hold any printable octet.</summary>
    public static UInt128 Key(string uidl, long size)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(null, $"{size}\0{uidl}")), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash) & ~FingerprintBit;
    }

    /// <summary>The key of a fingerprint; never that of a letter in a listing.</summary>
    public static UInt128 FingerprintKey(string fingerprint)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(fingerprint), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash) | FingerprintBit;
    }

    /// <summary>Whether the letter was stored, and on which day first.</summary>
    public bool TryGet(UInt128 key, out DateOnly since)
    {
        var known = days.TryGetValue(key, out var day);
        since = Epoch.AddDays(day);
        return known;
    }

    /// <summary>Adds a letter; one that is known keeps its first day.</summary>
    public bool Add(UInt128 key, DateOnly today) =>
        days.TryAdd(key, (ushort)Math.Clamp(today.DayNumber - Epoch.DayNumber, 0, ushort.MaxValue));

    /// <summary>
    /// Forgets letters that a complete listing no longer shows, and fingerprints that are too old. Only after QUIT +OK:
    /// before it the listing may be a broken session's.
    /// </summary>
    /// <returns>Whether anything was forgotten.</returns>
    public bool KeepOnly(IReadOnlySet<UInt128> listed, DateOnly today)
    {
        var before = days.Count;
        var oldest = today.AddDays(-CopyDays).DayNumber - Epoch.DayNumber;
        foreach (var (key, _) in days.Where(d => (d.Key & FingerprintBit) != 0 ? d.Value < oldest : !listed.Contains(d.Key)).ToList())
            days.Remove(key);
        return days.Count != before;
    }

    private static readonly UInt128 FingerprintBit = UInt128.One;

    // Day 0. 16 bits last until 2199.
    private static readonly DateOnly Epoch = new(2020, 1, 1);

    // Sorted by day, so that a new letter changes the last page only and the others need no write.
    internal IEnumerable<byte[]> Pack(int entriesPerPiece) =>
        days.OrderBy(static d => d.Value).ThenBy(static d => d.Key).Chunk(entriesPerPiece).Select(static chunk =>
        {
            var packed = new byte[chunk.Length * EntryBytes];
            for (var i = 0; i < chunk.Length; i++)
            {
                BinaryPrimitives.WriteUInt128BigEndian(packed.AsSpan(i * EntryBytes), chunk[i].Key);
                BinaryPrimitives.WriteUInt16BigEndian(packed.AsSpan(i * EntryBytes + 16), chunk[i].Value);
            }

            return packed;
        });

    internal byte[] Pack(IEnumerable<UInt128> keys)
    {
        var packed = new MemoryStream();
        Span<byte> entry = stackalloc byte[EntryBytes];
        foreach (var key in keys)
        {
            BinaryPrimitives.WriteUInt128BigEndian(entry, key);
            BinaryPrimitives.WriteUInt16BigEndian(entry[16..], days[key]);
            packed.Write(entry);
        }

        return packed.ToArray();
    }

    internal void Unpack(ReadOnlySpan<byte> packed)
    {
        for (; packed.Length >= EntryBytes; packed = packed[EntryBytes..])
            days[BinaryPrimitives.ReadUInt128BigEndian(packed)] = BinaryPrimitives.ReadUInt16BigEndian(packed[16..]);
    }
}
