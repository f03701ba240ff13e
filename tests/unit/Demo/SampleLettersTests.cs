using System.Text;
using MimeKit;
using Postroom.Cli.Demo;
using Xunit;

namespace Postroom.Tests.Unit.Demo;

/// <summary>The bundled letters are what the demo says they are.</summary>
public sealed class SampleLettersTests
{
    public static TheoryData<string, string> All =>
        [.. SampleLetters.Names.SelectMany(mailbox => mailbox.Value, (mailbox, name) => (mailbox.Key, name))];

    [Fact]
    public void Every_letter_in_the_build_lies_in_one_mailbox()
    {
        var bundled = typeof(SampleLetters).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(SampleLetters.ResourceFolder, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name));
        Assert.Equal(bundled.Order(), SampleLetters.Names.Values.SelectMany(names => names).Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_letter_looks_like_one_that_came_through_a_provider(string mailbox, string name)
    {
        var letter = Parse(mailbox, name);
        Assert.Equal("Return-Path", letter.Headers[0].Field, ignoreCase: true);
        Assert.True(letter.Headers.Contains(HeaderId.Received));
        Assert.Single(letter.From.Mailboxes);
        Assert.False(string.IsNullOrWhiteSpace(letter.Subject));
        Assert.NotNull(letter.MessageId);
        Assert.Equal(2026, letter.Date.Year);
    }

    [Theory]
    [InlineData("office", "ordinary", "Envelope-to", "anna@example.com")]
    [InlineData("office", "mailing-list", "Envelope-to", "clara@example.com")]
    [InlineData("office", "blind-copy", "Envelope-to", "anna@example.com")]
    [InlineData("office", "bounce", "Envelope-to", "ben@example.com")]
    [InlineData("office", "nobody-named", "Envelope-to", null)]
    [InlineData("office", "group", "Envelope-to", "sales@example.com")]
    [InlineData("branch", "qmail", "Delivered-To", "example.net-ben@example.net")]
    public void The_providers_trace_names_the_recipient(string mailbox, string name, string header, string? recipient) =>
        Assert.Equal(recipient, Parse(mailbox, name).Headers[header]);

    [Theory]
    [InlineData("mailing-list")]
    [InlineData("blind-copy")]
    [InlineData("nobody-named")]
    public void Where_only_the_envelope_can_tell_nobody_of_ours_is_in_To_or_Cc(string name)
    {
        var letter = Parse("office", name);
        Assert.DoesNotContain(
            letter.To.Mailboxes.Concat(letter.Cc.Mailboxes), address => address.Domain is "example.com" or "example.net");
    }

    [Fact]
    public void The_bounce_has_no_sender_and_is_a_delivery_report()
    {
        var letter = Parse("office", "bounce");
        Assert.Equal("<>", letter.Headers[HeaderId.ReturnPath]);
        var report = Assert.IsType<MultipartReport>(letter.Body);
        Assert.Equal("delivery-status", report.ReportType);
        Assert.Single(report.OfType<MessageDeliveryStatus>());
    }

    [Fact]
    public void The_umlauts_travel_as_eight_bits()
    {
        var letter = Parse("anna", "umlauts");
        Assert.Equal("Schlüssel fürs Büro in Köln", letter.Subject);
        Assert.Contains("Schöne Grüße", letter.TextBody, StringComparison.Ordinal);
        Assert.True(Read("anna", "umlauts").Content.Span.IndexOf("Schöne Grüße"u8) > 0);
    }

    [Fact]
    public void The_dots_letter_has_lines_that_a_careless_client_would_end_at() =>
        Assert.True(Read("anna", "dots").Content.Span.IndexOf("\r\n..\r\n.\r\n.\\\""u8) > 0);

    [Theory]
    [InlineData("A: b\n")]
    [InlineData("A: b\r")]
    [InlineData("A: b")]
    [InlineData("A: b\n\r\n")]
    [InlineData("A: b\rc\r\n")]
    [InlineData("\nA: b\r\n")]
    [InlineData("")]
    public void A_letter_with_other_line_ends_than_CRLF_is_refused(string content) =>
        Assert.Throws<ArgumentException>(() => new SampleLetter("converted", Encoding.ASCII.GetBytes(content)));

    private static SampleLetter Read(string mailbox, string name) =>
        SampleLetters.Fill()[mailbox].Letters.Single(letter => letter.Name == name);

    private static MimeMessage Parse(string mailbox, string name) =>
        MimeMessage.Load(new MemoryStream(Read(mailbox, name).Content.ToArray()), TestContext.Current.CancellationToken);
}
