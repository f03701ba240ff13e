using System.Buffers;
using System.Text;
using CsCheck;
using Postroom.Receive.Protocol;
using Xunit;

namespace Postroom.Tests.Unit.Receive;

/// <summary>Command lines and the addresses in them.</summary>
public sealed class CommandParserTests
{
    [Theory]
    [InlineData("<anna@example.com>", "anna@example.com", "")]
    [InlineData("<anna@example.com> SIZE=1", "anna@example.com", " SIZE=1")]
    [InlineData("<\"a>b\"@example.com>", "\"a>b\"@example.com", "")]
    [InlineData("<\"a\\\">b\"@example.com>", "\"a\\\">b\"@example.com", "")]
    [InlineData("<@one.example:anna@example.com>", "anna@example.com", "")]
    [InlineData("<@one.example,@[IPv6:::1]:anna@example.com>", "anna@example.com", "")]
    [InlineData("<anna@[192.0.2.1]>", "anna@[192.0.2.1]", "")]
    [InlineData("<POSTMASTER>", "postmaster", "")]
    [InlineData("<>", "", "")]
    public void A_path_is_what_stands_in_the_brackets_without_its_route(string text, string inside, string rest)
    {
        Assert.True(MailPath.TryRead(text, out var path, out var behind));
        Assert.Equal((inside, rest), (path.Text, behind.ToString()));
        Assert.Equal(inside.Length == 0, path.IsNull);
    }

    [Theory]
    [InlineData("")]
    [InlineData("anna@example.com")]
    [InlineData("<anna@example.com")]
    [InlineData("<anna@example.com>x")]
    [InlineData("<anna>")]
    [InlineData("< >")]
    [InlineData("<anna@>")]
    [InlineData("<@example.com>")]
    [InlineData("<@example.com:>")]
    [InlineData("<@a,b:anna@example.com>")]
    [InlineData("<@a,:anna@example.com>")]
    [InlineData("<<anna@example.com>>")]
    [InlineData("<anna@example.com@example.org>")]
    [InlineData("<\"anna@example.com>")]
    [InlineData("<anna b@example.com>")]
    public void What_is_no_path_is_none(string text) => Assert.False(MailPath.TryRead(text, out _, out _));

    [Fact]
    public void Every_reply_is_one_ASCII_line_with_a_source_and_a_fitting_enhanced_code() => Assert.All(Replies.All, static reply =>
    {
        var line = Encoding.ASCII.GetString(reply.Line.Span);
        Assert.InRange(line.Length, 10, 512);
        Assert.EndsWith("\r\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^2], char.IsControl);
        Assert.StartsWith("RFC ", reply.Source, StringComparison.Ordinal);
        Assert.True(reply.Enhanced is null || reply.Enhanced[0] - '0' == reply.Code / 100, line);
    });

    [Fact]
    public void Whatever_a_client_sends_is_understood_or_answered() =>
        Gen.Select(Gen.OneOf("MAIL FROM:", "RCPT TO:", "EHLO ", "NOOP", "<", "", "STARTTLS "), Gen.Byte.Array[0, 60]).Sample((start, bytes) =>
        {
            byte[] line = [.. Encoding.ASCII.GetBytes(start), .. bytes];
            return CommandParser.Parse(line) is not SmtpCommand.Malformed { Answer: null };
        });

    [Fact]
    public void Lines_are_cut_the_same_wherever_packets_end() =>
        Gen.Select(Gen.OneOf("NOOP", "\r\n", "\n", "\r", "x", "RSET\r\n").Array[0, 20], Gen.Int[1, 5]).Sample((parts, cut) =>
        {
            var sent = Encoding.ASCII.GetBytes(string.Concat(parts));
            return Cut(sent, sent.Length + 1).SequenceEqual(Cut(sent, cut));
        });

    [Fact]
    public void A_line_too_long_is_one_error_wherever_packets_end_and_whatever_is_in_it()
    {
        var sent = Encoding.ASCII.GetBytes(new string('a', 3000) + "\nRSET\nb\r\nQUIT\r\n");
        foreach (var cut in (int[])[1, 7, 1500, 2047, 2048, 2049, 5000])
            Assert.Equal(["TooLong", "Line QUIT"], Cut(sent, cut));
    }

    private static List<string> Cut(byte[] sent, int every)
    {
        var cutter = new LineCutter();
        var line = new byte[LineCutter.Longest];
        List<string> found = [];
        var pending = Array.Empty<byte>();
        for (var at = 0; at < sent.Length; at += every)
        {
            pending = [.. pending, .. sent.AsSpan(at, Math.Min(every, sent.Length - at))];
            var buffer = new ReadOnlySequence<byte>(pending);
            while (cutter.Cut(ref buffer, line, out var length) is var kind && kind != LineFound.Nothing)
                found.Add(kind == LineFound.Line ? $"Line {Encoding.ASCII.GetString(line, 0, length)}" : $"{kind}");
            pending = buffer.ToArray();
        }

        return found;
    }
}
