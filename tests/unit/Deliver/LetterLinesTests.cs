using System.Text;
using CsCheck;
using Postroom.Deliver;
using Xunit;

namespace Postroom.Tests.Unit.Deliver;

/// <summary>What happens to a letter's bytes on their way into DATA and APPEND: line ends and leading dots, nothing else.</summary>
public sealed class LetterLinesTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", "a\r\nb\r\n.\r\n")]
    [InlineData("a\nb\n", "a\r\nb\r\n.\r\n")]
    [InlineData("no line end", "no line end\r\n.\r\n")]
    [InlineData("half a line end\r", "half a line end\r\n.\r\n")]
    [InlineData("", ".\r\n")]
    [InlineData(".", "..\r\n.\r\n")]
    [InlineData(".\r\n", "..\r\n.\r\n")]
    [InlineData("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r\n..b", "a\r\n...b\r\n.\r\n")]
    // What smugglers try: the end of another server's letter must not be one here.
    [InlineData("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r.\rb", "a\r.\rb\r\n.\r\n")]
    [InlineData("a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r\r\n.b", "a\r\r\n..b\r\n.\r\n")]
    [InlineData("\0\u007f\u00e4", "\0\u007f\u00e4\r\n.\r\n")]
    public void A_letter_in_DATA(string letter, string sent) => Assert.Equal(sent, Send(Latin1(letter), letter.Length + 1));

    [Fact]
    public void Whatever_the_letter_and_wherever_it_is_cut_a_server_reads_its_lines_back() =>
        Gen.Select(Gen.OneOf((byte)'\r', (byte)'\n', (byte)'.', (byte)'a', (byte)0, (byte)0xE4).Array[0, 40], Gen.Int[1, 7]).Sample((letter, piece) =>
        {
            var sent = Send(letter, piece);
            Assert.EndsWith("\r\n.\r\n", "\r\n" + sent, StringComparison.Ordinal);
            // The dot that ends it stands alone nowhere before.
            Assert.Equal(sent.Length - 3, ("\r\n" + sent).IndexOf("\r\n.\r\n", StringComparison.Ordinal));
            var read = ("\r\n" + sent[..^3]).Replace("\r\n.", "\r\n", StringComparison.Ordinal)[2..];
            var wanted = Text(letter).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
            if (wanted.Length > 0 && !wanted.EndsWith('\n'))
                wanted += wanted.EndsWith('\r') ? "\n" : "\r\n";
            Assert.Equal(wanted, read);
        });

    [Fact]
    public void In_APPEND_dots_stay_as_they_are()
    {
        var lines = new LetterLines(doubleDots: false);
        var to = new byte[20];
        Assert.Equal(".a\r\n.\r\n", Text(to.AsSpan(0, lines.Write(".a\n.\r\n"u8, to))));
    }

    [Theory]
    [InlineData("a\u007f", false)]
    [InlineData("a\u0080", true)]
    public void Bytes_beyond_ASCII_are_noticed(string letter, bool noticed)
    {
        var lines = new LetterLines(doubleDots: true);
        lines.Write(Latin1(letter), new byte[10]);
        Assert.Equal(noticed, lines.HasEightBit);
    }

    private static string Send(byte[] letter, int piece)
    {
        var lines = new LetterLines(doubleDots: true);
        var sent = new StringBuilder();
        foreach (var part in letter.Chunk(piece))
        {
            var to = new byte[LetterLines.Most(part.Length)];
            sent.Append(Text(to.AsSpan(0, lines.Write(part, to))));
        }

        return sent.Append(Text(lines.End)).ToString();
    }

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
