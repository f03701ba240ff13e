using System.Security.Cryptography;
using System.Text;

namespace Postroom.Mail;

/// <summary>The names by which a letter is the same letter after a crash.</summary>
public static class LetterId
{
    // RFC 4648 §7 alphabet in lower case: safe in blob names, table keys, file names and mail headers.
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuv";

    /// <summary>
    /// Id of a collected letter, from account, UIDL and content: the UIDL alone may be reused once its letter is gone
    /// (RFC 1939 §7), and the content alone would merge two letters that a sender really sent twice.
    /// </summary>
    /// <param name="account">The account's name; its case does not matter.</param>
    /// <param name="uidl">The server's unique-id for the letter, or what stands in for it.</param>
    /// <param name="content">SHA-256 of the letter's bytes.</param>
    public static string Derive(string account, string uidl, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(account.ToLowerInvariant()));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(uidl));
        hash.AppendData([0]);
        hash.AppendData(content);
        return Text(hash.GetHashAndReset().AsSpan(0, 20));
    }

    /// <summary>Id of a letter that comes in person: a sender who repeats it sends another. Later ids sort after earlier ones.</summary>
    public static string Fresh(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return Text(Guid.CreateVersion7(time.GetUtcNow()).ToByteArray(bigEndian: true));
    }

    /// <summary>32 characters for 160 bits, lower-case letters and digits only.</summary>
    internal static string Text(ReadOnlySpan<byte> bits)
    {
        var text = new StringBuilder(bits.Length * 8 / 5 + 1);
        int held = 0, count = 0;
        foreach (var octet in bits)
        {
            held = (held << 8) | octet;
            for (count += 8; count >= 5; count -= 5)
                text.Append(Alphabet[(held >> (count - 5)) & 31]);
            held &= (1 << count) - 1;
        }

        if (count > 0)
            text.Append(Alphabet[(held << (5 - count)) & 31]);
        return text.ToString();
    }
}
