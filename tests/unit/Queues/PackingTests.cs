using System.Text;
using CsCheck;
using Postroom.Accounts;
using Postroom.Mail;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Unit.Queues;

public sealed class PackingTests
{
    private const int Letters = 32;
    private const int Json = 40 << 10;
    private const int Mail = 8 << 20;
    private const int Queue = 64 << 10;

    [Fact]
    public void At_most_32_letters_travel_together()
    {
        var batches = InboundMessage.Pack(Numbered(Letters * 2 + 1)).ToList();
        Assert.Equal([Letters, Letters, 1], batches.Select(static b => b.Letters.Count));
    }

    [Fact]
    public void At_most_8_MB_of_mail_travel_together_and_a_larger_letter_alone()
    {
        long[] sizes = [Mail / 2, Mail / 2, 1, Mail + 1, 1, Mail];
        var batches = InboundMessage.Pack(sizes.Select(static (size, i) => Sample.Inbound(Id(i), size))).ToList();
        Assert.Equal([[Mail / 2, Mail / 2], [1], [Mail + 1], [1], [Mail]], batches.Select(static b => b.Letters.Select(static l => l.Size).ToArray()));
    }

    [Fact]
    public void At_most_40_KB_of_JSON_travel_together()
    {
        var batches = InboundMessage.Pack(Enumerable.Range(0, 20).Select(static i => WithLines(Sample.Inbound(Id(i)), new string('a', 4000)))).ToList();
        Assert.Equal([9, 9, 2], batches.Select(static b => b.Letters.Count));
        Assert.All(batches, static b => Assert.True(b.Body.ToMemory().Length <= Json));
    }

    [Fact]
    public void A_message_is_exactly_as_long_as_the_bound_allows()
    {
        var alone = InboundMessage.Pack([WithLines(Sample.Inbound(Id(0)), "")]).Single().Body.ToMemory().Length;
        var two = InboundMessage.Pack([WithLines(Sample.Inbound(Id(0)), ""), WithLines(Sample.Inbound(Id(1)), "")]).Single().Body.ToMemory().Length;
        var room = Json - two;
        InboundLetter[] Pair(int filling) => [WithLines(Sample.Inbound(Id(0)), new string('a', filling)), WithLines(Sample.Inbound(Id(1)), "")];

        Assert.True(alone < two);
        Assert.Equal(Json, Assert.Single(InboundMessage.Pack(Pair(room))).Body.ToMemory().Length);
        Assert.Equal(2, InboundMessage.Pack(Pair(room + 1)).Count());
    }

    [Fact]
    public void Order_is_kept_and_nothing_is_lost_or_doubled() =>
        Gen.Int[0, 3 << 20].Array[0, 200].Sample(sizes =>
        {
            var letters = sizes.Select(static (size, i) => Sample.Inbound(Id(i), size)).ToList();
            var batches = InboundMessage.Pack(letters).ToList();
            Assert.Equal(letters.Select(static l => l.Id), batches.SelectMany(static b => InboundMessage.Read(b.Body).Letters).Select(static l => l.Id));
            Assert.Equal(letters, batches.SelectMany(static b => b.Letters));
            Assert.All(batches, static b => Assert.InRange(b.Letters.Count, 1, Letters));
        }, iter: 100);

    [Fact]
    public void No_letters_make_no_message()
    {
        Assert.Empty(InboundMessage.Pack([]));
        Assert.Empty(DeliverMessage.Pack([]));
    }

    [Fact]
    public void One_message_is_for_one_target_with_the_letters_of_a_mailbox_side_by_side_in_their_order()
    {
        DeliverLetter[] letters =
        [
            Sample.Deliver("1", "default", "ben"), Sample.Deliver("2", "archive", "anna"), Sample.Deliver("3", "Default", "anna"),
            Sample.Deliver("4", "default", "Ben"), Sample.Deliver("5", "archive", "anna"), Sample.Deliver("6", "default", "anna"),
        ];
        Assert.Equal(
            ["2 5", "3 6 1 4"],
            DeliverMessage.Pack(letters).Select(static b => string.Join(' ', DeliverMessage.Read(b.Body).Letters.Select(static l => l.Id))));
    }

    public static TheoryData<string, string> Worst
    {
        get
        {
            string[] fillings = ["\x01", "\x80", "\xA0", "\xFF", "\"", "\\", "<", "&", "\x7F", "", "a", "\u0001a&", "<\x80"];
            TheoryData<string, string> all = [];
            foreach (var account in Accounts.Keys)
                foreach (var filling in fillings)
                    all.Add(account, filling);
            return all;
        }
    }

    /// <summary>
    /// JSON writes six bytes for a control character, and XML, in which the queue wants it, five for an ampersand. Whatever
    /// a stranger fills a header with, the letter must get through: otherwise it would block its account for ever.
    /// </summary>
    [Theory]
    [MemberData(nameof(Worst))]
    public void A_letter_full_of_evidence_fits_into_a_message_whatever_the_evidence_is(string account, string filling)
    {
        foreach (var lineLength in new[] { 0, 1, 2, 3, 40, 900, 40_000 })
        {
            var evidence = Evidence(account, filling, lineLength);
            var letter = Sample.Inbound(Id(0)) with { Account = new string('ü', 64), Evidence = evidence };
            var others = Numbered(3).ToList();
            var batches = InboundMessage.Pack([others[0], letter, others[1], others[2]]).ToList();

            Assert.All(batches, static b => AssertFits(b.Body));
            var read = batches.SelectMany(static b => InboundMessage.Read(b.Body).Letters).Single(static l => l.Id == Id(0) && l.Account!.Length == 64);
            Assert.Equal(evidence.Lines, read.Evidence.Lines);
        }
    }

    [Fact]
    public void A_letter_that_is_longer_than_the_bound_travels_alone()
    {
        var letter = WithLines(Sample.Inbound("long"), new string('\x01', 31_000));
        var batches = InboundMessage.Pack([Sample.Inbound(Id(0)), letter, Sample.Inbound(Id(1))]).ToList();

        Assert.Equal([[Id(0)], ["long"], [Id(1)]], batches.Select(static b => b.Letters.Select(static l => l.Id).ToArray()));
        Assert.True(batches[1].Body.ToMemory().Length > Json);
        AssertFits(batches[1].Body);
    }

    [Fact]
    public void A_letter_that_fits_is_written_for_people()
    {
        var letter = WithLines(Sample.Inbound(), string.Concat(Enumerable.Repeat("\x01", 500)));
        Assert.DoesNotContain("octets", InboundMessage.Pack([letter]).Single().Body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_carried_on_from_evidence_to_the_desk_fits_too()
    {
        var strange = new string('\x01', 32_000);
        var letter = Sample.Inbound() with
        {
            Evidence = new([new("Return-Path", $"<{strange}>", true), new("Message-ID", strange + "x", true)], 0, false),
        };
        var desk = Sample.Deliver() with
        {
            Sender = letter.Sender,
            MessageId = letter.MessageId,
            Recipient = new string('\x01', 600),
            Reason = strange,
            Desks = [.. Enumerable.Range(0, 24 * 1024 / 67).Select(static i => $"{i:D64}")],
        };

        var body = DeliverMessage.Pack([desk]).Single().Body;
        AssertFits(body);
        var read = DeliverMessage.Read(body).Letters.Single();
        Assert.Null(read.Sender);
        Assert.Equal(998, read.MessageId!.Length);
        Assert.Equal(1000, read.Reason.Length);
        Assert.Equal(desk.Desks, read.Desks);
    }

    [Fact]
    public void More_desks_than_a_message_holds_are_left_out_so_that_Sweep_keeps_the_letter()
    {
        var desk = Sample.Deliver() with { Desks = [.. Enumerable.Range(0, 5000).Select(static i => $"person{i}")] };
        var body = DeliverMessage.Pack([desk]).Single().Body;
        AssertFits(body);
        Assert.Empty(DeliverMessage.Read(body).Letters.Single().Desks);
    }

    private static readonly Dictionary<string, Account> Accounts = new()
    {
        ["single drop"] = Account(null),
        ["header"] = Account(new() { Mode = MultidropMode.Header, Header = "X", Fallback = Fallback.To }),
        ["last header"] = Account(new() { Mode = MultidropMode.Header, Header = "Envelope-to", Occurrence = Occurrence.Last, Fallback = Fallback.Received }),
        ["received"] = Account(new() { Mode = MultidropMode.Received, Header = "", Hosts = ["example.com"], Fallback = Fallback.To }),
        ["odd header"] = Account(new() { Mode = MultidropMode.Header, Header = "&", Fallback = Fallback.To }),
    };

    // Every field that is kept, far more often than it is kept, and more than its budget each time.
    private static HeaderEvidence Evidence(string name, string filling, int lineLength)
    {
        var account = Accounts[name];
        string[] fields = [account.Multidrop?.FieldName ?? "To", "To", "Cc", "Received", "Message-ID", "Return-Path", "X-Postroom-Id", "Delivered-To"];
        var value = filling.Length == 0 ? "" : string.Concat(Enumerable.Repeat(filling, lineLength / filling.Length + 1))[..lineLength];
        var scanner = new HeaderScanner(CandidateHeaders.For(account));
        foreach (var field in fields)
            for (var i = 0; i < 40_000 / (lineLength + 33) + 2; i++)
                scanner.Write(Encoding.Latin1.GetBytes($"{field}:{value}\r\n"));
        return scanner.Finish();
    }

    private static Account Account(Multidrop? multidrop) => new()
    {
        Name = "a", Host = "pop.example.com", Port = 995, UserName = "a", Password = "b", Domains = ["example.com"],
        Mailbox = multidrop is null ? "anna" : null, Multidrop = multidrop,
    };

    private static void AssertFits(BinaryData body)
    {
        var text = body.ToString();
        Assert.InRange(body.ToMemory().Length, 1, Queue);
        Assert.InRange(Encoding.UTF8.GetByteCount(text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)), 1, Queue);
    }

    private static InboundLetter WithLines(InboundLetter letter, string value) => letter with { Evidence = new([new("X", value, true)], 1, false) };

    private static IEnumerable<InboundLetter> Numbered(int count) => Enumerable.Range(0, count).Select(static i => Sample.Inbound(Id(i)));

    private static string Id(int number) => $"{number:D32}";
}
