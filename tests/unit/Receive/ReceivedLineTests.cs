using System.Text;
using Postroom.Deliver;
using Postroom.Mail;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Unit.Receive;

/// <summary>What a letter that came through the door carries on top (RFC 5321 §4.4).</summary>
public sealed class ReceivedLineTests
{
    private static readonly DoorSession Plain = new() { Host = "mx.example.com", Helo = "client.example.org", Client = "192.0.2.1" };

    [Fact]
    public void It_says_who_came_how_and_for_whom() => Assert.Equal(
        "Received: from client.example.org ([192.0.2.1])\r\n\tby mx.example.com (Postroom) with ESMTPS id abc\r\n\tfor <anna@example.com>\r\n\ttls TLS_AES_256_GCM_SHA384;\r\n\tMon, 02 Nov 2026 10:11:12 +0000\r\n",
        Received(Plain with { Extended = true, Cipher = "TLS_AES_256_GCM_SHA384" }));

    [Fact]
    public void The_word_for_the_protocol_is_the_registered_one()
    {
        Assert.Contains(" with SMTP id", Received(Plain), StringComparison.Ordinal);
        Assert.Contains(" with ESMTP id", Received(Plain with { Extended = true }), StringComparison.Ordinal);
        Assert.Contains(" with UTF8SMTP id", Received(Plain with { Extended = true, Utf8 = true }), StringComparison.Ordinal);
        Assert.Contains(" with UTF8SMTPS id", Received(Plain with { Extended = true, Utf8 = true, Cipher = "X" }), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_is_written_as_a_literal_and_a_hidden_one_is_said_to_be_hidden()
    {
        Assert.StartsWith("Received: from client.example.org ([IPv6:2001:db8::1])\r\n", Received(Plain with { Client = "2001:db8::1" }), StringComparison.Ordinal);
        Assert.StartsWith("Received: from client.example.org (address hidden from this host)\r\n", Received(Plain with { Client = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_null_sender_stays_the_null_sender() =>
        Assert.StartsWith("Return-Path: <>\r\nDelivered-To: anna@example.com\r\n", Text(Plain, sender: ""), StringComparison.Ordinal);

    private static string Received(DoorSession session)
    {
        var text = Text(session, "a@example.org");
        var start = text.IndexOf("Received:", StringComparison.Ordinal);
        return text[start..text.IndexOf("X-Postroom-Id:", StringComparison.Ordinal)];
    }

    private static string Text(DoorSession session, string sender) => Encoding.UTF8.GetString(TraceHeaders.For(new DeliverLetter
    {
        Id = "abc",
        Blob = "abc.eml",
        Size = 1,
        Received = new(2026, 11, 2, 10, 11, 12, TimeSpan.Zero),
        Session = session,
        Mailbox = "anna",
        Target = "default",
        Recipient = "anna@example.com",
        Sender = sender,
        DecidedBy = "envelope",
        Reason = "",
        Desks = ["anna"],
    }, null, "here"));
}
