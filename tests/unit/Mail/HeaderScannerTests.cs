using System.Text;
using Postroom.Accounts;
using Postroom.Mail;
using Xunit;

namespace Postroom.Tests.Unit.Mail;

public sealed class HeaderScannerTests
{
    private static readonly CandidateHeaders EnvelopeTo = CandidateHeaders.For(Multidrop(MultidropMode.Header, "Envelope-to"));

    [Theory]
    [InlineData("Envelope-to: anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("Envelope-to: anna@example.com\n\n", "anna@example.com")]
    [InlineData("ENVELOPE-TO:anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("Envelope-to \t : anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("Envelope-to:\r\n  anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("Envelope-to: anna@example.com,\r\n\tbert@example.com\r\n\r\n", "anna@example.com,\tbert@example.com")]
    [InlineData("Envelope-to: anna@example.com,\n bert@example.com\n\n", "anna@example.com, bert@example.com")]
    [InlineData("Envelope-to: anna@example.com\r\n \r\n bert@example.com\r\n\r\n", "anna@example.com  bert@example.com")]
    [InlineData("Envelope-to: anna@example.com", "anna@example.com")]
    [InlineData("Envelope-to: anna@example.com\r", "anna@example.com")]
    [InlineData("Envelope-to: anna@example.com\r\n", "anna@example.com")]
    [InlineData("From anna Mon Jan 1 10:00:00\nEnvelope-to: anna@example.com\n\n", "anna@example.com")]
    [InlineData(">From anna Mon Jan 1 10:00:00\nEnvelope-to: anna@example.com\n\n", "anna@example.com")]
    [InlineData("no colon here\r\nEnvelope-to: anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("Envelope-to\r\nEnvelope-to: anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("Envelope-to \r\nEnvelope-to: anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("\rx: y\r\nEnvelope-to: anna@example.com\r\n\r\n", "anna@example.com")]
    [InlineData("\r\r\nEnvelope-to: anna@example.com\r\n\r\n", "anna@example.com")]
    public void The_line_is_found(string letter, string value) =>
        Assert.Equal([value], Values(letter));

    [Theory]
    [InlineData("")]
    [InlineData("\r\nEnvelope-to: boss@example.com\r\n")]
    [InlineData("\nEnvelope-to: boss@example.com\n")]
    [InlineData("Subject: x\r\n\r\nEnvelope-to: boss@example.com\r\n")]
    [InlineData("Subject: x\rEnvelope-to: boss@example.com\r\n\r\n")]
    [InlineData("Subject: x\r\n Envelope-to: boss@example.com\r\n\r\n")]
    [InlineData("no colon here\r\n Envelope-to: boss@example.com\r\n\r\n")]
    [InlineData(" Envelope-to: boss@example.com\r\n\r\n")]
    [InlineData("Envelope-to-x: boss@example.com\r\n\r\n")]
    [InlineData("X-Envelope-to: boss@example.com\r\n\r\n")]
    [InlineData("Envelope-t: boss@example.com\r\n\r\n")]
    [InlineData("Envelope-to x: boss@example.com\r\n\r\n")]
    [InlineData("Envelope -to: boss@example.com\r\n\r\n")]
    [InlineData("Envelope-to\r: boss@example.com\r\n\r\n")]
    [InlineData("Envelope-to\r\n : boss@example.com\r\n\r\n")]
    [InlineData(": boss@example.com\r\n\r\n")]
    [InlineData("Envelope-to boss@example.com")]
    public void Nothing_else_is_taken_for_the_line(string letter) =>
        Assert.Empty(Values(letter));

    [Fact]
    public void Every_byte_of_a_value_is_kept()
    {
        var bytes = Enumerable.Range(0, 256).Where(b => b is not ('\n' or ' ' or '\t')).Select(b => (byte)b).ToArray();
        var evidence = Scan([.. "Envelope-to:"u8, .. bytes, .. "x\r\n\r\n"u8], EnvelopeTo);
        Assert.Equal(Encoding.Latin1.GetString(bytes) + "x", evidence.Lines[0].Value);
    }

    [Fact]
    public void Lines_stand_in_their_order_and_know_whether_Received_is_below()
    {
        var evidence = Scan("""
            Return-Path: <x@example.org>
            envelope-TO: anna@example.com
            Received: by a
            Received : by b
            Received-SPF: pass
            Envelope-to: bert@example.com
            Delivered-To: anna@example.com
            X-Postroom-Id: 1
            Message-Id: <1@example.org>
            Subject: none of ours

            """u8, EnvelopeTo);
        Assert.Equal(
            [
                new EvidenceLine("Return-Path", "<x@example.org>", true),
                new EvidenceLine("envelope-TO", "anna@example.com", true),
                new EvidenceLine("Envelope-to", "bert@example.com", false),
                new EvidenceLine("Delivered-To", "anna@example.com", false),
                new EvidenceLine("X-Postroom-Id", "1", false),
                new EvidenceLine("Message-Id", "<1@example.org>", false),
            ],
            evidence.Lines);
        Assert.Equal(2, evidence.ReceivedCount);
        Assert.False(evidence.Truncated);
    }

    [Theory]
    [InlineData("Subject: x\r\n", false)]
    [InlineData("Subject: x\r\n\r", false)]
    [InlineData("Subject: x\r\n\r\n", true)]
    [InlineData("Subject: x\n\n", true)]
    [InlineData("\r\n", true)]
    public void The_first_empty_line_ends_the_header(string letter, bool ended)
    {
        var scanner = new HeaderScanner(EnvelopeTo);
        foreach (var b in Encoding.ASCII.GetBytes(letter))
            scanner.Write([b]);
        Assert.Equal(ended, scanner.HeaderEnded);
    }

    [Fact]
    public void The_account_says_what_is_kept()
    {
        var letter = "Envelope-to: a\nReceived: b\nTo: c\nCc: d\nX-Any: e\nMessage-ID: f\n\n"u8;
        Assert.Equal(["f"], Values(letter, CandidateHeaders.Always));
        Assert.Equal(["a", "f"], Values(letter, EnvelopeTo));
        Assert.Equal(["a", "c", "d", "f"], Values(letter, CandidateHeaders.For(Multidrop(MultidropMode.Header, "Envelope-to", Fallback.To))));
        Assert.Equal(["a", "b", "f"], Values(letter, CandidateHeaders.For(Multidrop(MultidropMode.Header, "Envelope-to", Fallback.Received))));
        Assert.Equal(["b", "f"], Values(letter, CandidateHeaders.For(Multidrop(MultidropMode.Received, ""))));
        Assert.Equal(["a", "b", "c", "d", "e", "f"], Values(letter, CandidateHeaders.All));
        Assert.Equal(["f"], Values(letter, CandidateHeaders.For(Multidrop(MultidropMode.Header, "Envelope-to") with { Multidrop = null, Mailbox = "anna" })));
    }

    [Fact]
    public void Too_many_lines_leave_the_topmost()
    {
        var evidence = Scan(Lines("Envelope-to", 100_000), EnvelopeTo);
        Assert.True(evidence.Truncated);
        Assert.Equal("user0@example.com", evidence.Lines[0].Value);
        AssertBounded(evidence);
    }

    [Fact]
    public void Where_the_last_decides_too_many_lines_leave_the_lowest_as_well()
    {
        var wanted = CandidateHeaders.For(Multidrop(MultidropMode.Header, "Envelope-to", occurrence: Occurrence.Last));
        var evidence = Scan(Lines("Envelope-to", 100_000), wanted);
        Assert.True(evidence.Truncated);
        Assert.Equal("user0@example.com", evidence.Lines[0].Value);
        Assert.Equal("user99998@example.com", evidence.Lines[^2].Value);
        Assert.Equal("user99999@example.com", evidence.Lines[^1].Value);
        AssertBounded(evidence);
    }

    [Theory]
    [InlineData(Occurrence.First)]
    [InlineData(Occurrence.Last)]
    public void One_header_cannot_push_out_another(Occurrence occurrence)
    {
        var wanted = CandidateHeaders.For(Multidrop(MultidropMode.Header, "Envelope-to", Fallback.To, occurrence));
        var evidence = Scan(
            [
                .. Lines("To", 10_000), .. Lines("Cc", 10_000), .. Lines("Delivered-To", 10_000), .. Lines("Message-ID", 10_000),
                .. Lines("X-Postroom-Id", 10_000), .. Lines("Return-Path", 10_000), .. "Envelope-to: anna@example.com\r\n\r\n"u8,
            ],
            wanted);
        Assert.Equal("anna@example.com", evidence.Lines[^1].Value);
        Assert.True(evidence.Truncated);
        AssertBounded(evidence);
    }

    [Fact]
    public void A_line_that_is_too_long_is_cut_behind_a_whole_address()
    {
        var list = string.Join(", ", Enumerable.Range(0, 5000).Select(i => $"user{i}@example.com"));
        var line = Assert.Single(Scan(Encoding.ASCII.GetBytes($"Envelope-to: {list}\r\n\r\n"), EnvelopeTo).Lines);
        Assert.True(line.Cut);
        Assert.StartsWith(line.Value, list, StringComparison.Ordinal);
        Assert.EndsWith("@example.com,", line.Value, StringComparison.Ordinal);
        Assert.InRange(line.Value.Length, 15_000, 16_384);
    }

    [Fact]
    public void A_line_of_one_endless_word_is_cut_to_nothing()
    {
        var evidence = Scan(Encoding.ASCII.GetBytes($"Envelope-to: {new string('a', 50_000)}@example.com\r\nMessage-ID: <1@x>\r\n"), EnvelopeTo);
        Assert.Equal(["", "<1@x>"], evidence.Lines.Select(l => l.Value));
        Assert.True(evidence.Truncated);
    }

    [Fact]
    public void A_line_that_just_fits_is_whole_whatever_its_line_end()
    {
        const int Room = 16 * 1024 - 11 - 32;
        foreach (var (length, end, cut) in new[] { (Room, "\r\n", false), (Room, "\n", false), (Room, "", false), (Room + 1, "\r\n", true), (Room + 1, "\n", true) })
        {
            var text = "anna@example.com," + new string('x', length - 17);
            var line = Assert.Single(Scan(Encoding.ASCII.GetBytes($"Envelope-to:{text}{end}"), EnvelopeTo).Lines);
            Assert.Equal(cut, line.Cut);
            Assert.Equal(cut ? "anna@example.com," : text, line.Value);
        }
    }

    [Fact]
    public void A_header_of_ten_megabytes_costs_no_memory()
    {
        var chunk = Lines("Received", 1000).Concat(Lines("Subject", 1000)).Concat(Lines("Envelope-tp", 1000)).ToArray();
        var scanner = new HeaderScanner(EnvelopeTo);
        scanner.Write(chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000_000 / chunk.Length; i++)
            scanner.Write(chunk);
        // The runtime itself may allocate a little when it exchanges the code that runs.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.True(scanner.Finish().ReceivedCount > 100_000);
    }

    private static byte[] Lines(string name, int count) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, count).Select(i => $"{name}: user{i}@example.com\r\n")));

    private static void AssertBounded(HeaderEvidence evidence) =>
        Assert.InRange(evidence.Lines.Sum(l => l.Name.Length + l.Value.Length), 1, CandidateHeaders.Budget);

    private static string[] Values(string letter) => Values(Encoding.UTF8.GetBytes(letter), EnvelopeTo);

    private static string[] Values(ReadOnlySpan<byte> letter, CandidateHeaders wanted) =>
        [.. Scan(letter, wanted).Lines.Select(l => l.Value)];

    private static HeaderEvidence Scan(ReadOnlySpan<byte> letter, CandidateHeaders wanted)
    {
        var scanner = new HeaderScanner(wanted);
        scanner.Write(letter);
        return scanner.Finish();
    }

    private static Account Multidrop(
        MultidropMode mode, string header, Fallback fallback = Fallback.None, Occurrence occurrence = Occurrence.First) => new()
        {
            Name = "provider",
            Host = "pop.example.net",
            Port = 995,
            UserName = "user",
            Password = "",
            Domains = ["example.com"],
            Multidrop = new Multidrop { Mode = mode, Header = header, Fallback = fallback, Occurrence = occurrence },
        };
}
