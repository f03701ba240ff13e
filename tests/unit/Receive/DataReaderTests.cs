using System.Text;
using CsCheck;
using Postroom.Receive.Protocol;
using Xunit;

namespace Postroom.Tests.Unit.Receive;

/// <summary>Where a letter ends, and what is left of it.</summary>
public sealed class DataReaderTests
{
    [Theory]
    [InlineData(".\r\n", "")]
    [InlineData("a\r\n.\r\n", "a\r\n")]
    [InlineData("\r\n.\r\n", "\r\n")]
    [InlineData("..\r\n.\r\n", ".\r\n")]
    [InlineData("...\r\n.\r\n", "..\r\n")]
    [InlineData(".a\r\n.\r\n", "a\r\n")]
    [InlineData("a.\r\n.\r\n", "a.\r\n")]
    [InlineData("a..\r\n.b\r\n..c\r\n.\r\n", "a..\r\nb\r\n.c\r\n")]
    [InlineData("\t\x01\x7f é\r\n.\r\n", "\t\x01\x7f é\r\n")]
    public void A_letter_ends_at_its_dot_and_loses_the_doubled_ones(string sent, string letter)
    {
        var read = Read(sent, 1000, 1000);

        Assert.Equal((true, false, letter), (read.Ended, read.Malformed, read.Letter));
    }

    [Theory]
    [MemberData(nameof(SmugglingTricks.All), MemberType = typeof(SmugglingTricks))]
    public void No_trick_ends_a_letter_wherever_it_is_cut(string trick)
    {
        var sent = $"Subject: x\r\n\r\nhello{trick}RSET\r\n";
        for (var cut = 1; cut <= sent.Length; cut++)
        {
            var read = Read(sent, cut, 1000);
            Assert.False(read.Ended, $"{Show(trick)} cut every {cut}");
            Assert.True(read.Malformed, $"{Show(trick)} cut every {cut}");
        }

        var ended = Read(sent + ".\r\nQUIT\r\n", 1000, 1000);
        Assert.True(ended.Ended);
        Assert.Equal("QUIT\r\n", ended.Rest);
    }

    [Theory]
    [InlineData("\r\n .\r\n")]
    [InlineData("\r\n. \r\n")]
    [InlineData("\r\n.\t\r\n")]
    [InlineData("\r\n.\x01\r\n")]
    [InlineData("\r\n\x01.\r\n")]
    [InlineData("\r\n\x85.\r\n")]
    [InlineData("\r\n..\r\n")]
    public void A_dot_with_company_is_text(string text)
    {
        var read = Read($"hello{text}there\r\n", 1000, 1000);

        Assert.Equal((false, false), (read.Ended, read.Malformed));
    }

    [Theory]
    [InlineData(998, false)]
    [InlineData(999, true)]
    public void A_line_has_998_octets_at_most(int length, bool malformed)
    {
        Assert.Equal(malformed, Read(new string('a', length) + "\r\nb\r\n.\r\n", 1000, 5000).Malformed);
        // The doubled dot does not count.
        Assert.Equal(malformed, Read("." + new string('.', length) + "\r\n.\r\n", 100, 5000).Malformed);
    }

    [Fact]
    public void However_it_is_cut_and_however_little_room_there_is_the_letter_is_the_same() =>
        Gen.Select(Gen.OneOf(".", "\r\n", "a", "bc", "\r\n.", "..").Array[0, 30], Gen.Int[1, 7], Gen.Int[2, 9]).Sample((parts, cut, room) =>
        {
            var sent = string.Concat(parts) + "\r\n.\r\n";
            return Read(sent, 1000, 1000) == Read(sent, cut, room);
        });

    [Fact]
    public void What_was_stuffed_comes_out_as_it_was() =>
        Gen.OneOf(".", "\r\n", "a", "..", "x.").Array[0, 40].Sample(parts =>
        {
            var letter = string.Concat(parts) + "\r\n";
            var stuffed = (letter.StartsWith('.') ? "." : "") + letter.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
            var read = Read(stuffed + ".\r\nNOOP", 5, 64);
            return read is { Ended: true, Malformed: false, Rest: "NOOP" } && read.Letter == letter;
        });

    private static Outcome Read(string sent, int cut, int room)
    {
        var bytes = Encoding.Latin1.GetBytes(sent);
        var reader = new DataReader();
        var letter = new StringBuilder();
        var target = new byte[room];
        var at = 0;
        while (at < bytes.Length && !reader.Ended)
        {
            var input = bytes.AsSpan(at, Math.Min(cut, bytes.Length - at));
            while (!input.IsEmpty && !reader.Ended)
            {
                reader.Read(input, target, out var consumed, out var written);
                letter.Append(Encoding.Latin1.GetString(target, 0, written));
                input = input[consumed..];
                at += consumed;
            }
        }

        return new(reader.Ended, reader.Malformed, letter.ToString(), Encoding.Latin1.GetString(bytes, at, bytes.Length - at));
    }

    private static string Show(string text) => string.Concat(text.Select(static c => c < ' ' ? $"<{(int)c:x2}>" : c.ToString()));

    private sealed record Outcome(bool Ended, bool Malformed, string Letter, string Rest);
}
