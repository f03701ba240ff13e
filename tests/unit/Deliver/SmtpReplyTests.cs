using Postroom.Deliver;
using Xunit;

namespace Postroom.Tests.Unit.Deliver;

/// <summary>What a server's reply means for a letter: later, never this way, or done.</summary>
public sealed class SmtpReplyTests
{
    [Theory]
    [InlineData("250 2.1.5 Ok", "delivered")]
    [InlineData("250", "delivered")]
    // Later, by class (RFC 5321 §4.2.1).
    [InlineData("450 4.2.1 Try again", "later")]
    [InlineData("452 4.2.2 Mailbox full", "later")]
    [InlineData("451", "later")]
    // Permanent by class, but it passes when the reader tidies up or the administrator wakes up.
    [InlineData("552 5.2.2 Quota exceeded (mailbox for user is full)", "later")]
    [InlineData("552 Exceeded storage allocation", "later")]
    [InlineData("550 5.3.1 System full", "later")]
    // Never this way.
    [InlineData("550 5.1.1 User doesn't exist", "never")]
    [InlineData("550 No such user here", "never")]
    [InlineData("552 5.3.4 Message too big", "never")]
    [InlineData("554 5.7.1 Refused by policy", "never")]
    [InlineData("501 5.1.7 Bad sender", "never")]
    [InlineData("550 5.9.99 A code of the future", "never")]
    // Code and enhanced code disagree.
    [InlineData("550 4.7.1 Greylisted", "later")]
    // About the server, not the letter: nobody else's would fare better.
    [InlineData("421 4.3.2 Shutting down", "down")]
    [InlineData("530 5.7.0 Must issue a STARTTLS command first", "down")]
    [InlineData("503 5.5.1 Bad sequence", "down")]
    public void A_reply_is_judged_by_its_codes(string line, string verdict)
    {
        var outcome = SmtpReply.Parse([line]).Judge("mail.example.com:24");

        Assert.Equal(verdict, outcome switch
        {
            DeliveryOutcome.Delivered => "delivered",
            DeliveryOutcome.Deferred { TargetDown: true } => "down",
            DeliveryOutcome.Deferred => "later",
            _ => "never",
        });
    }

    [Fact]
    public void The_server_s_own_words_are_kept_without_what_could_spoil_a_log()
    {
        var reply = SmtpReply.Parse(["550-5.7.1 First\u001b[31m line", "550 5.7.1 second line"]);

        Assert.Equal(new DeliveryOutcome.Refused("x: 550 5.7.1 First[31m line second line"), reply.Judge("x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("25")]
    [InlineData("hello")]
    [InlineData("999 what")]
    [InlineData("250_ok")]
    public void What_is_no_reply_is_said_to_be_none(string line) =>
        Assert.Contains("does not speak SMTP or LMTP", Assert.Throws<InvalidDataException>(() => SmtpReply.Parse([line])).Message, StringComparison.Ordinal);
}
