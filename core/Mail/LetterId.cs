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
        // As long as a derived one.
        return Text([.. Guid.CreateVersion7(time.GetUtcNow()).ToByteArray(bigEndian: true), .. RandomNumberGenerator.GetBytes(4)]);
    }

    /// <summary>
    /// What equal copies of a letter in one account have in common: Message-ID and body. Not the rest of the header, in
    /// which each copy has its own trace lines; and never the Message-ID alone, which a sender may repeat.
    /// </summary>
    /// <param name="account">The account's name: who has two accounts was written to twice.</param>
    /// <param name="messageId">As written, without blanks around it.</param>
    /// <param name="body">From <see cref="BodyHash"/>.</param>
    internal static string Fingerprint(string account, string messageId, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(account.ToLowerInvariant()));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(messageId));
        hash.AppendData([0]);
        hash.AppendData(body);
        return Text(hash.GetHashAndReset().AsSpan(0, 15));
    }

    /// <summary>Whether a text, perhaps a stranger's, has the form of an id: then it may be a table key.</summary>
    internal static bool HasForm(string text) => text.Length == 32 && text.All(Alphabet.Contains);

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
