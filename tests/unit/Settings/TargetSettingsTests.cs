using Postroom.Accounts;
using Postroom.Deliver;
using Xunit;
using static Postroom.Tests.Unit.Settings.Written;

namespace Postroom.Tests.Unit.Settings;

/// <summary>Targets as an administrator writes them, and what is said to mistakes.</summary>
public sealed class TargetSettingsTests
{
    [Fact]
    public void An_IMAP_target_passes_with_the_documented_defaults()
    {
        var target = Target(("Kind", "Imap"), ("Host", "imap.example.com"), ("UserName", "{mailbox}*master"), ("Password", " secret "));

        Assert.Equal((TargetKind.Imap, "INBOX", "{mailbox}*master", " secret "), (target.Kind, target.Folder, target.UserName, target.Password));
        Assert.Equal(("imap.example.com", 993, Security.Auto, "Targets__x__"), (target.Server!.Host, target.Server.Port, target.Server.Security, target.Server.Setting));
    }

    [Fact]
    public void An_LMTP_target_needs_only_its_host()
    {
        var target = Target(("Kind", "Lmtp"), ("Host", "mail.example.com"));

        Assert.Equal((24, "{mailbox}", null), (target.Server!.Port, target.Recipient, target.UserName));
    }

    [Fact]
    public void An_LMTP_target_may_be_a_socket()
    {
        var target = Target(("Kind", "Lmtp"), ("Host", "unix:/run/dovecot/lmtp"));

        Assert.Equal(("/run/dovecot/lmtp", 0), (target.Server!.SocketPath, target.Server.Port));
    }

    [Theory]
    [InlineData(null, null, 25)]
    [InlineData("relay@example.com", null, 465)]
    [InlineData("relay@example.com", "StartTls", 587)]
    [InlineData("relay@example.com", "None", 587)]
    public void An_SMTP_target_has_the_port_its_log_in_asks_for(string? user, string? security, int port)
    {
        var target = Target(("Kind", "Smtp"), ("Host", "smtp.example.com"), ("Recipient", "{mailbox}@mail.example.com"),
            ("UserName", user), ("Password", user is null ? null : "secret"), ("Security", security));

        Assert.Equal(port, target.Server!.Port);
    }

    [Theory]
    [InlineData("Imap", "Targets__x__Host: is missing. Write the IMAP server, such as imap.example.com.")]
    [InlineData("Imap", "Targets__x__UserName: is missing. Write the log-in name; {mailbox} stands for the mailbox's name.")]
    [InlineData("Imap", "Targets__x__Password: is missing. Write the log-in password, or a Key Vault reference to it.")]
    [InlineData("Lmtp", "Targets__x__Host: is missing. Write the LMTP server, such as mail.example.com or unix:/run/dovecot/lmtp.")]
    [InlineData("Smtp", "Targets__x__Recipient: is missing. Write the address the letters go to, such as {mailbox}@mail.example.com. It must not lead back to a mailbox that is collected here.")]
    public void What_a_target_lacks_is_told(string kind, string problem) =>
        Assert.Contains(problem, Problems(("Targets__x__Kind", kind)));

    [Theory]
    [InlineData("Maildir", "Host", "mail.example.com", "means nothing for a target of kind Maildir.")]
    [InlineData("Lmtp", "Path", "mail", "means nothing for a target of kind Lmtp.")]
    [InlineData("Lmtp", "Folder", "INBOX", "means nothing for a target of kind Lmtp.")]
    [InlineData("Imap", "Recipient", "anna", "means nothing for a target of kind Imap.")]
    [InlineData("Lmtp", "Port", "25", "25 is for SMTP, never for LMTP")]
    [InlineData("Imap", "Host", "unix:/run/imap", "only a target of kind Lmtp can use")]
    [InlineData("Lmtp", "Host", "unix:lmtp", "is not the full path of a socket")]
    [InlineData("Lmtp", "Password", "secret", "stands there without UserName")]
    [InlineData("Smtp", "Recipient", "anna", "\"anna\" is not an address.")]
    [InlineData("Smtp", "Recipient", "<{mailbox}@example.com>", "is not an address.")]
    [InlineData("Lmtp", "Recipient", "anna> BODY=8BITMIME", "is not an address.")]
    [InlineData("Smtp", "Security", "Always", "Write one of Auto, Tls, StartTls, None.")]
    [InlineData("Smtp", "Pin", "12", "is not a SHA-256 fingerprint.")]
    [InlineData("Smtp", "CaFile", "/nowhere/ca.pem", "/nowhere/ca.pem: there is no")]
    public void A_mistake_is_refused_in_a_sentence(string kind, string setting, string text, string words) =>
        Assert.Contains(Problems(("Targets__x__Kind", kind), ($"Targets__x__{setting}", text)),
            p => p.StartsWith($"Targets__x__{setting}: ", StringComparison.Ordinal) && p.Contains(words, StringComparison.Ordinal));

    [Fact]
    public void The_retry_schedule_can_be_written()
    {
        var retry = Read(With(("Retry__Steps", "30s, 2m,1h"), ("Retry__GiveUpAfter", "2d"))).Retry;

        Assert.Equal([TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromHours(1)], retry.Steps);
        Assert.Equal(TimeSpan.FromDays(2), retry.GiveUpAfter);
        Assert.Equal(RetrySchedule.Usual, Read(Least).Retry);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("1s")]
    [InlineData("2d")]
    public void A_step_nobody_can_wait_for_is_refused(string step) =>
        Assert.Contains(Problems(("Retry__Steps", $"1m, {step}")), p => p.StartsWith($"Retry__Steps: \"{step}\" is not possible.", StringComparison.Ordinal));

    private static Target Target(params (string Name, string? Value)[] settings) =>
        Read(With([.. settings.Select(static s => ("Targets__x__" + s.Name, s.Value))])).Targets["x"];
}
