using System.Buffers;
using System.Text;
using Postroom.Receive.Network;
using Xunit;

namespace Postroom.Tests.Unit.Receive;

/// <summary>The PROXY protocol: whom a load balancer says it speaks for.</summary>
public sealed class ProxyHeaderTests
{
    private static readonly byte[] Signature = "\r\n\r\n\0\r\nQUIT\n"u8.ToArray();

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n", "192.0.2.1")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:db8::2 56324 25\r\n", "2001:db8::1")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ff:ff::ff ff::ff 1 2\r\n", null)]
    public void Version_1_is_read_byte_by_byte_too(string header, string? client) => Check(Encoding.ASCII.GetBytes(header), client);

    [Fact]
    public void Version_2_is_read_byte_by_byte_too()
    {
        Check([.. Signature, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 1, 1, 2, 0, 25], "192.0.2.1");
        // With a type-length-value behind the addresses.
        Check([.. Signature, 0x21, 0x11, 0, 16, 192, 0, 2, 1, 198, 51, 100, 1, 1, 2, 0, 25, 4, 0, 1, 0], "192.0.2.1");
        Check([.. Signature, 0x21, 0x21, 0, 36, .. Enumerable.Range(1, 36).Select(static i => (byte)i)], "102:304:506:708:90a:b0c:d0e:f10");
        Check([.. Signature, 0x20, 0, 0, 0], null);
    }

    [Theory]
    [InlineData("EHLO client.example.org\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n")]
    [InlineData("PROXY TCP4 nobody 198.51.100.1 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 99999 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 1 2 and a line that is far longer than the hundred and seven octets it may have\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\nxxxxxxxxxxx")]
    public void Anything_else_is_none(string text)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));

        Assert.False(ProxyHeader.TryRead(ref buffer, out _));
    }

    private static void Check(byte[] header, string? client)
    {
        for (var length = 0; length < header.Length; length++)
        {
            var part = new ReadOnlySequence<byte>(header, 0, length);
            Assert.Null(ProxyHeader.TryRead(ref part, out _));
        }

        var whole = new ReadOnlySequence<byte>([.. header, .. "EHLO"u8]);
        Assert.True(ProxyHeader.TryRead(ref whole, out var found));
        Assert.Equal(client, found?.ToString());
        Assert.Equal("EHLO"u8.ToArray(), whole.ToArray());
    }
}
