using System.Text;
using CsCheck;
using Postroom.Accounts;
using Postroom.Mail;
using Postroom.Resolve;
using Xunit;

namespace Postroom.Tests.Unit.Mail;

/// <summary>Generated headers, rich in what headers are made of and poor in sense.</summary>
public sealed class HeaderScannerProperties
{
    private static readonly Gen<string> Piece = OneOf(
        "\r\n", "\n", "\r", " ", "\t", ":", ",", ";", "(", ")", "<", ">", "\"", "\\", "@", ".", "[", "]", "=", "\0", "ü", "\u00FF",
        "Envelope-to", "envelope-TO: ", "\r\nEnvelope-to: ", "\nReceived: ", "\r\nTo: ", "\nCc: ", "Message-ID: ", "Delivered-To: ",
        "from ", " by ", " for ", " with ", " id ", "mx.provider.example", "(mail.example.org [198.51.100.7])", "[10.0.0.1]",
        "anna@example.com", "boss", "example.com", "example.com-", "rfc822;", "helo=",
        "\r\nReceived: by mx.provider.example for <anna@example.com>\r\n", "(Exim 4.96)", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");

    private static readonly Gen<byte[]> Letter =
        Gen.Frequency((8, Piece.Array[0, 60].Select(p => Encoding.Latin1.GetBytes(string.Concat(p)))), (1, Gen.Byte.Array[0, 200]));

    private static readonly Gen<Account> AnyAccount =
        Gen.Select(Gen.Enum<MultidropMode>(), Gen.Enum<Occurrence>(), Gen.Enum<Fallback>(), Gen.Int[0, 2],
            OneOf("", "", "-", "example.com", "example.com-", "by ", " "),
            (mode, occurrence, fallback, skip, prefix) => new Account
            {
                Name = "provider",
                Host = "pop.provider.example",
                Port = 995,
                UserName = "user",
                Password = "",
                Domains = ["example.com"],
                Multidrop = new Multidrop
                {
                    Mode = mode,
                    Header = "Envelope-to",
                    Occurrence = occurrence,
                    Fallback = fallback,
                    Skip = skip,
                    Prefix = prefix,
                    Hosts = [".provider.example"],
                },
            });

    [Fact]
    public void Any_letter_leads_to_a_decision_within_the_domains() =>
        Gen.Select(Letter, AnyAccount).Sample((letter, account) =>
        {
            var scanner = new HeaderScanner(CandidateHeaders.For(account));
            scanner.Write(letter);
            var decision = RecipientReader.Read(account, scanner.Finish());
            Assert.All(decision.Recipients, r => Assert.Equal("example.com", r.Domain));
            Assert.Equal(decision.Recipients.Distinct(), decision.Recipients);
            Assert.Equal(decision.Recipients.Count == 0, decision.DecidedBy == RecipientDecision.ByNothing);
            Assert.DoesNotContain(decision.Reason, char.IsControl);
        }, iter: 10_000);

    [Fact]
    public void The_answer_is_the_same_however_the_bytes_are_cut() =>
        Gen.Select(Letter, AnyAccount, Gen.Int[1, 9].Array[1, 20]).Sample((letter, account, cuts) =>
        {
            var whole = new HeaderScanner(CandidateHeaders.For(account));
            whole.Write(letter);
            var pieces = new HeaderScanner(CandidateHeaders.For(account));
            for (int i = 0, cut = 0; i < letter.Length; cut++)
            {
                var length = Math.Min(cuts[cut % cuts.Length], letter.Length - i);
                pieces.Write(letter.AsSpan(i, length));
                i += length;
            }
            Assert.Equal(whole.HeaderEnded, pieces.HeaderEnded);
            AssertSame(whole.Finish(), pieces.Finish());
        }, iter: 10_000);

    [Fact]
    public void The_answer_is_that_of_a_plain_reader_over_the_whole_text() =>
        Letter.Sample(letter =>
        {
            var scanner = new HeaderScanner(CandidateHeaders.For(SomeAccount(Fallback.To)));
            scanner.Write(letter);
            AssertSame(ReadPlainly(letter, "Envelope-to", "To", "Cc", "Message-ID", "Return-Path", "X-Postroom-Id", "Delivered-To"), scanner.Finish());
        }, iter: 10_000);

    [Fact]
    public void Any_text_is_an_address_that_reads_back_or_none() =>
        Gen.OneOf(Piece.Array[0, 8].Select(string.Concat), Gen.String[0, 40], Gen.String[0, 5].Select(s => $"a@{s}.ü"))
            .Sample(text =>
            {
                if (!EmailAddress.TryParse(text, out var address))
                    return;
                Assert.DoesNotContain(address.ToString(), char.IsControl);
                Assert.True(address.Domain.All(char.IsAscii));
                Assert.True(EmailAddress.TryParse(address.ToString(), out var again));
                Assert.Equal(address, again);
            }, iter: 20_000);

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Account SomeAccount(Fallback fallback) => new()
    {
        Name = "provider",
        Host = "pop.provider.example",
        Port = 995,
        UserName = "user",
        Password = "",
        Domains = ["example.com"],
        Multidrop = new Multidrop { Mode = MultidropMode.Header, Header = "Envelope-to", Fallback = fallback },
    };

    private static void AssertSame(HeaderEvidence expected, HeaderEvidence actual)
    {
        Assert.Equal(expected.Lines, actual.Lines);
        Assert.Equal(expected.ReceivedCount, actual.ReceivedCount);
        Assert.Equal(expected.Truncated, actual.Truncated);
    }

    /// <summary>The rules once more, over the whole text and without thrift.</summary>
    private static HeaderEvidence ReadPlainly(byte[] letter, params string[] names)
    {
        var fields = new List<string>();
        foreach (var ended in Encoding.Latin1.GetString(letter).Split('\n').Select((text, i) => (text, i)))
        {
            var line = ended.text.EndsWith('\r') ? ended.text[..^1] : ended.text;
            var isLast = ended.i == letter.Count(b => b == '\n');
            if (line.Length == 0)
            {
                if (isLast)
                    continue;
                break;
            }
            if (line[0] is ' ' or '\t' && fields.Count > 0)
                fields[^1] += line;
            else
                fields.Add(line);
        }

        var lines = new List<EvidenceLine>();
        var received = 0;
        foreach (var field in fields)
        {
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : field[..colon].TrimEnd(' ', '\t');
            if (name.Equals("Received", StringComparison.OrdinalIgnoreCase))
                received++;
            if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
                lines.Add(new EvidenceLine(name, field[(colon + 1)..].Trim(' ', '\t'), received == 0));
        }
        return new HeaderEvidence(lines, received, false);
    }
}
