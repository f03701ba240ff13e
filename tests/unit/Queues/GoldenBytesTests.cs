using System.Text;
using System.Text.Json;
using Postroom.Mail;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Unit.Queues;

/// <summary>What lies in a queue outlives the build that put it there: these bytes must stay readable, and be written so, as long as version 1 is.</summary>
public sealed class GoldenBytesTests
{
    private const string Collect = """{"v":1,"account":"b\u00FCro","due":"2025-03-04T05:06:07+00:00","forced":true}""";

    private const string InboundStart = """{"v":1,"letters":[""";

    private const string Inbound = """
        {"id":"0123456789abcdefghijklmnopqrstuv","blob":"0123456789abcdefghijklmnopqrstuv.eml","size":4711,"received":"2025-03-04T05:06:07+00:00","account":"büro","evidence":{"lines":[{"name":"Envelope-to","value":"\"Anna \\\"M\\\"\" <anna+a&b@example.com>","aboveReceived":true,"cut":false},{"name":"Delivered-To","value":"cafÃ©\t\u0001\u0080ÿ","aboveReceived":false,"cut":true}],"receivedCount":3,"truncated":true},"repeat":false}
        """;

    private const string Direct = """
        {"id":"0123456789abcdefghijklmnopqrstuv","blob":"0123456789abcdefghijklmnopqrstuv.eml","size":4711,"received":"2025-03-04T05:06:07+00:00","envelope":{"sender":"","recipients":["jürgen@example.com"]},"evidence":{"lines":[],"receivedCount":0,"truncated":false},"repeat":true}
        """;

    private const string Deliver = """
        {"id":"0123456789abcdefghijklmnopqrstuv","blob":"0123456789abcdefghijklmnopqrstuv.eml","size":4711,"received":"2025-03-04T05:06:07+00:00","account":"büro","mailbox":"anna","target":"default","copy":false,"recipient":"anna+a&b@example.com","sender":"","messageId":"<\"1\\2\"@example.org>","decidedBy":"Envelope-to","reason":"Envelope-to, line 1 of 1, names “anna”.","undetermined":false,"desks":["anna","jürgen"],"attempts":0,"repeat":false}
        """;

    private const string Retried = """
        {"id":"0123456789abcdefghijklmnopqrstuv","blob":"0123456789abcdefghijklmnopqrstuv.eml","size":4711,"received":"2025-03-04T05:06:07+00:00","account":"büro","mailbox":"anna","target":"default","copy":true,"recipient":"anna+a&b@example.com","sender":"","messageId":"<\"1\\2\"@example.org>","decidedBy":"Envelope-to","reason":"Envelope-to, line 1 of 1, names “anna”.","undetermined":true,"desks":["anna","jürgen"],"attempts":2,"firstTry":"2025-03-04T06:00:00+00:00","repeat":true}
        """;

    private static readonly InboundLetter DirectLetter =
        Sample.Inbound() with { Account = null, Envelope = new("", ["jürgen@example.com"]), Evidence = HeaderEvidence.Nothing, Repeat = true };

    private static readonly DeliverLetter RetriedLetter =
        Sample.Deliver() with { Copy = true, Undetermined = true, Attempts = 2, FirstTry = new(2025, 3, 4, 6, 0, 0, TimeSpan.Zero), Repeat = true };

    [Fact]
    public void A_collect_message_of_version_1_has_these_bytes()
    {
        var message = CollectMessage.For("büro", new(2025, 3, 4, 5, 6, 7, TimeSpan.Zero), forced: true);
        Assert.Equal(Collect, message.Write().ToString());
        Assert.Equal(message, CollectMessage.Read(BinaryData.FromString(Collect)));
    }

    [Fact]
    public void An_inbound_message_of_version_1_has_these_bytes()
    {
        var golden = $"{InboundStart}{Inbound},{Direct}]}}";
        Assert.Equal(golden, Assert.Single(InboundMessage.Pack([Sample.Inbound(), DirectLetter])).Body.ToString());

        var letters = InboundMessage.Read(BinaryData.FromString(golden)).Letters;
        Assert.Equal(2, letters.Count);
        Assert.Equal(Sample.Inbound().Evidence.Lines, letters[0].Evidence.Lines);
        Assert.Equal(Sample.Inbound() with { Evidence = letters[0].Evidence }, letters[0]);
        Assert.Equal((3, true), (letters[0].Evidence.ReceivedCount, letters[0].Evidence.Truncated));
        Assert.Equal(DirectLetter.Envelope!.Recipients, letters[1].Envelope!.Recipients);
        Assert.Equal(("", true), (letters[1].Sender, letters[1].Repeat));
    }

    [Fact]
    public void A_deliver_message_of_version_1_has_these_bytes()
    {
        var golden = $"{InboundStart}{Deliver},{Retried}]}}";
        Assert.Equal(golden, Assert.Single(DeliverMessage.Pack([Sample.Deliver(), RetriedLetter])).Body.ToString());

        var letters = DeliverMessage.Read(BinaryData.FromString(golden)).Letters;
        Assert.Equal([Sample.Deliver() with { Desks = letters[0].Desks }, RetriedLetter with { Desks = letters[1].Desks }], letters);
        Assert.Equal(Sample.Deliver().Desks, letters[0].Desks);
    }

    [Fact]
    public void A_header_line_of_version_1_may_be_base64()
    {
        var golden = $"{InboundStart}{Inbound.Replace("""
            "value":"cafÃ©\t\u0001\u0080ÿ"
            """, """
            "octets":"Y2Fmw6kJAYD/"
            """, StringComparison.Ordinal)}]}}";
        Assert.Equal(Sample.Inbound().Evidence.Lines, InboundMessage.Read(BinaryData.FromString(golden)).Letters[0].Evidence.Lines);
    }

    [Fact]
    public void What_a_later_build_adds_to_version_1_is_passed_over() =>
        Assert.Equal("büro", CollectMessage.Read(BinaryData.FromString(Collect.Replace("\"v\":1,", "\"v\":1,\"later\":{\"x\":[1]},", StringComparison.Ordinal))).Account);

    public static TheoryData<string> Unreadable =>
    [
        "", "null", "[]", "{}", "not JSON", "e30=", "\0",
        """{"v":2,"account":"x","due":"2025-03-04T05:06:07+00:00","letters":[]}""",
        """{"v":0,"account":"x","due":"2025-03-04T05:06:07+00:00","letters":[]}""",
        """{"account":"x","due":"2025-03-04T05:06:07+00:00","letters":[]}""",
        """{"v":"1","account":null,"letters":null}""",
        """{"v":1,"letters":[null]}""",
        """{"v":1,"letters":[{}]}""",
        """{"v":1,"letters":[{"id":"a"}]}""",
        $"{InboundStart}{Inbound}",
        $"{InboundStart}{Inbound.Replace("{\"name\":\"Delivered-To\"", "null,{\"name\":\"Delivered-To\"", StringComparison.Ordinal)}]}}",
        $"{InboundStart}{Inbound.Replace("\"value\":\"caf", "\"worth\":\"caf", StringComparison.Ordinal)}]}}",
        $"{InboundStart}{Deliver.Replace("\"mailbox\":\"anna\",", "", StringComparison.Ordinal).Replace("\"evidence\"", "\"x\"", StringComparison.Ordinal)}]}}",
    ];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void What_is_not_ours_or_from_a_later_build_is_refused_as_unreadable(string body)
    {
        var message = new BinaryData(Encoding.UTF8.GetBytes(body));
        Assert.ThrowsAny<JsonException>(() => CollectMessage.Read(message));
        Assert.ThrowsAny<JsonException>(() => InboundMessage.Read(message));
        Assert.ThrowsAny<JsonException>(() => DeliverMessage.Read(message));
    }

    [Fact]
    public void The_refusal_names_both_versions() =>
        Assert.Equal("The queue message has version 2; this build knows 1.",
            Assert.ThrowsAny<JsonException>(() => InboundMessage.Read(BinaryData.FromString("""{"v":2,"letters":[]}"""))).Message);
}
