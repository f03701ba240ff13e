using System.Text;
using MimeKit;
using Postroom.Hold;
using Xunit;

namespace Postroom.Tests.Unit.Hold;

public sealed class FoldNoticeTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private static readonly FoldNotice Notice = new("gone@example.com", "post", Morning, Morning.AddHours(1), 4);

    [Fact]
    public void It_is_the_same_letter_however_often_it_is_written()
    {
        Assert.Equal(Notice.Write(), (Notice with { }).Write());
        Assert.Equal(Notice.Id, (Notice with { Address = "Gone@Example.com", At = Morning.AddHours(2), Kept = 5 }).Id);
        Assert.NotEqual(Notice.Id, (Notice with { Since = Morning.AddDays(1) }).Id);
        Assert.NotEqual(Notice.Id, (Notice with { Address = "never@example.com" }).Id);
    }

    [Theory]
    [InlineData("gone@example.com")]
    [InlineData("\"two words\"@example.com")]
    [InlineData("jörg@xn--bcher-kva.example")]
    [InlineData("gone@[192.0.2.1]")]
    public void It_is_a_letter_every_mail_program_shows(string address)
    {
        var bytes = (Notice with { Address = address }).Write();
        using var stream = new MemoryStream(bytes);
        var letter = MimeMessage.Load(stream, TestContext.Current.CancellationToken);

        Assert.Equal("Further letters for an unknown address are held", letter.Subject);
        Assert.Contains(address, letter.TextBody, StringComparison.Ordinal);
        Assert.Equal(Morning.AddHours(1), letter.Date);
        Assert.NotNull(letter.MessageId);
        Assert.Single(letter.From.Mailboxes);
        var text = Encoding.UTF8.GetString(bytes);
        Assert.Equal(text.Count(static c => c == '\n'), text.Split("\r\n").Length - 1);
    }
}
