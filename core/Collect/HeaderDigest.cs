using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Postroom.Collect;

/// <summary>
/// Recognises a letter by its header, whether it came by RETR or by TOP: Received lines, date and Message-ID make it
/// one of a kind. Line ends do not count, nor do lines servers write into letters once somebody looked at them.
/// </summary>
internal sealed class HeaderDigest : IDisposable
{
    // Long enough for the names below.
    private const int NameOctets = 20;

    private static readonly string[] Passing = ["Status", "X-Status", "X-UIDL", "X-UID", "X-Keywords", "X-Mozilla-Status", "X-Mozilla-Status2", "Content-Length"];

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] name = new byte[NameOctets];
    private int named;
    private bool naming = true;
    private bool passing;
    private bool ended;
    private bool any;

    /// <summary>The digest of what was written up to the first empty line; never 0, which stands for "unknown".</summary>
    public ulong Finish()
    {
        EndName();
        return Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset()));
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!ended && !octets.IsEmpty)
        {
            if (naming)
            {
                octets = Name(octets);
                continue;
            }

            var feed = octets.IndexOf((byte)'\n');
            var rest = feed < 0 ? octets : octets[..feed];
            if (!passing)
                hash.AppendData(rest.EndsWith("\r"u8) ? rest[..^1] : rest);
            if (feed >= 0)
                EndLine();
            octets = feed < 0 ? [] : octets[(feed + 1)..];
        }
    }

    public void Dispose() => hash.Dispose();

    // The line's name, up to its colon; what is longer is a name of nobody here.
    private ReadOnlySpan<byte> Name(ReadOnlySpan<byte> octets)
    {
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] == '\n')
            {
                if (named == 0 || (named == 1 && name[0] == '\r'))
                {
                    // An empty first line is no header's end: some servers put one on top.
                    ended = any;
                    named = 0;
                    return octets[(i + 1)..];
                }

                if (name[named - 1] == '\r')
                    named--;
                EndName();
                EndLine();
                return octets[(i + 1)..];
            }

            name[named++] = octets[i];
            if (octets[i] == ':' || named == NameOctets)
            {
                EndName();
                return octets[(i + 1)..];
            }
        }

        return [];
    }

    private void EndName()
    {
        if (!naming || named == 0)
            return;
        // A folded line goes with the one above.
        if (name[0] is not ((byte)' ' or (byte)'\t'))
            passing = Array.Exists(Passing, p => Ascii.EqualsIgnoreCase(name.AsSpan(0, named).TrimEnd(": "u8), p));
        if (!passing)
            hash.AppendData(name, 0, named);
        (naming, named, any) = (false, 0, true);
    }

    private void EndLine()
    {
        if (!passing)
            hash.AppendData("\n"u8);
        naming = true;
    }
}
