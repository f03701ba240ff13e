using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Postroom.Receive.Network;

/// <summary>What a load balancer says in front of a connection: the PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt).</summary>
internal static class ProxyHeader
{
    // proxy-protocol.txt §2.1: 107 octets with CR LF at most.
    private const int LongestV1 = 107;

    // Address block and type-length-values behind it. Real ones are below a kilobyte.
    private const int LongestV2 = 4096;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads the header.</summary>
    /// <param name="buffer">What came so far; the header is taken off its front.</param>
    /// <param name="client">The client's address; null if the header says that there is none to tell.</param>
    /// <returns>True: read. Null: more must come. False: there is none.</returns>
    public static bool? TryRead(ref ReadOnlySequence<byte> buffer, out IPAddress? client)
    {
        client = null;
        var start = buffer.Slice(0, Math.Min(buffer.Length, LongestV2)).ToArray();
        if (start.AsSpan().StartsWith("PROXY "u8))
            return ReadV1(ref buffer, start, out client);
        if (start.AsSpan().StartsWith(Signature))
            return ReadV2(ref buffer, start, out client);
        return Signature.StartsWith(start) || "PROXY "u8.StartsWith(start) ? null : false;
    }

    private static bool? ReadV1(ref ReadOnlySequence<byte> buffer, byte[] start, out IPAddress? client)
    {
        client = null;
        var end = start.AsSpan().IndexOf("\r\n"u8);
        if (end < 0)
            return start.Length < LongestV1 ? null : false;
        if (end + 2 > LongestV1)
            return false;
        var words = Encoding.ASCII.GetString(start, 0, end).Split(' ');
        buffer = buffer.Slice(end + 2);
        return words switch
        {
            ["PROXY", "UNKNOWN", ..] => true,
            ["PROXY", "TCP4" or "TCP6", var source, var destination, var from, var to] =>
                IsPort(from) && IsPort(to) && IPAddress.TryParse(destination, out _) && IPAddress.TryParse(source, out client),
            _ => false,
        };
    }

    private static bool? ReadV2(ref ReadOnlySequence<byte> buffer, byte[] start, out IPAddress? client)
    {
        client = null;
        if (start.Length < 16)
            return null;
        var length = 16 + BinaryPrimitives.ReadUInt16BigEndian(start.AsSpan(14));
        if (start[12] >> 4 != 2 || length > LongestV2)
            return false;
        if (start.Length < length)
            return null;
        buffer = buffer.Slice(length);
        switch (start[12] & 15, start[13])
        {
            // LOCAL: the balancer itself, looking whether we live.
            case (0, _):
                return true;
            case (1, 0x11) when length >= 28:
                client = new(start.AsSpan(16, 4));
                return true;
            case (1, 0x21) when length >= 52:
                client = new(start.AsSpan(16, 16));
                return true;
            // Families without an IP address.
            case (1, _):
                return true;
            default:
                return false;
        }
    }

    private static bool IsPort(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
