using System.Security.Cryptography;
using System.Text;
using Postroom.Mail;
using Xunit;

namespace Postroom.Tests.Unit.Mail;

public sealed class BodyHashTests
{
    [Theory]
    [InlineData("A: b\r\n\r\nbody\r\n\r\nmore", "body\r\n\r\nmore")]
    [InlineData("A: b\n\nbody", "body")]
    [InlineData("A: b\n\r\nbody", "body")]
    [InlineData("\r\nbody", "body")]
    [InlineData("\nbody", "body")]
    [InlineData("A: b\r\r\nC: d\r\n\r\nbody", "body")]
    [InlineData("A: b\r\n\rC: d\r\n\r\nbody", "body")]
    [InlineData("A: b\r\nC: d\r\n", "")]
    [InlineData("A: b\r\n\r\n", "")]
    [InlineData("A: b", "")]
    [InlineData("", "")]
    public void What_stands_below_the_header_counts_however_the_letter_is_cut(string letter, string body)
    {
        var expected = SHA256.HashData(Encoding.Latin1.GetBytes(body));
        for (var size = 1; size <= letter.Length + 1; size++)
        {
            using var hash = new BodyHash();
            foreach (var chunk in Encoding.Latin1.GetBytes(letter).Chunk(size))
                hash.Write(chunk);
            Assert.Equal(expected, hash.Finish());
        }
    }

    [Fact]
    public void A_fingerprint_tells_accounts_Message_IDs_and_bodies_apart()
    {
        var body = SHA256.HashData("body"u8);
        string[] all =
        [
            LetterId.Fingerprint("office", "<a@example.com>", body),
            LetterId.Fingerprint("branch", "<a@example.com>", body),
            LetterId.Fingerprint("office", "<A@example.com>", body),
            LetterId.Fingerprint("office", "<a@example.com>", SHA256.HashData("Body"u8)),
        ];

        Assert.Distinct(all);
        Assert.Equal(all[0], LetterId.Fingerprint("Office", "<a@example.com>", body));
    }
}
