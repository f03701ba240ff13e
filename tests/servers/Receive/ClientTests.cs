using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>Programs that others wrote hand a letter over, in clear and with TLS.</summary>
public sealed class ClientTests(Azurite storage) : IClassFixture<Azurite>
{
    private const string Body = "first line\r\n.a dot\r\n..two dots\r\n.\r\nlast line\r\n";
    private const string Letter = "From: sender@example.org\r\nTo: anna@example.com\r\nSubject: real\r\nMessage-ID: <real@example.org>\r\n\r\n" + Body;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MailKit(bool tls) => await HandsOverAsync(tls, async (door, _) =>
    {
        using var client = new SmtpClient();
        // Nobody vouches for it, but it must be ours.
        client.ServerCertificateValidationCallback = static (_, shown, _, _) =>
            shown is X509Certificate2 certificate && certificate.GetNameInfo(X509NameType.DnsName, false) == "mx.example.com";
        await client.ConnectAsync("127.0.0.1", door.EndPoint.Port, tls ? SecureSocketOptions.StartTls : SecureSocketOptions.None, Stop);
        using var text = new MemoryStream(Encoding.ASCII.GetBytes(Letter));
        await client.SendAsync(await MimeMessage.LoadAsync(text, Stop), new MailboxAddress("", "sender@example.org"), [new MailboxAddress("", "anna@example.com")], Stop);
        await client.DisconnectAsync(true, Stop);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Swaks(bool tls) => await HandsOverAsync(tls, (door, file) => RunAsync("swaks",
    [
        "--server", "127.0.0.1", "--port", $"{door.EndPoint.Port}", "--ehlo", "client.example.org", "--from", "sender@example.org",
        "--to", "anna@example.com", "--data", $"@{file}", "--pipeline", .. tls ? ["--tls"] : Array.Empty<string>(),
    ]));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Curl(bool tls) => await HandsOverAsync(tls, (door, file) => RunAsync("curl",
    [
        "--silent", "--show-error", "--url", $"smtp://127.0.0.1:{door.EndPoint.Port}/client.example.org", "--mail-from", "sender@example.org",
        "--mail-rcpt", "anna@example.com", "--upload-file", file, .. tls ? ["--ssl-reqd", "--insecure"] : Array.Empty<string>(),
    ]));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pythons_smtplib(bool tls) => await HandsOverAsync(tls, (door, file) => RunAsync("python3",
    [
        "-c",
        $"""
        import smtplib
        client = smtplib.SMTP("127.0.0.1", {door.EndPoint.Port}, "client.example.org")
        {(tls ? "client.starttls()" : "")}
        client.sendmail("sender@example.org", ["anna@example.com"], open("{file}", "rb").read())
        client.quit()
        """,
    ]));

    private async Task HandsOverAsync(bool tls, Func<OpenDoor, string, Task> send)
    {
        await storage.ClearAsync();
        await using var door = await OpenDoor.OpenAsync(storage);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Letter, Stop);
        await send(door, file);
        File.Delete(file);

        var (letter, bytes) = Assert.Single(await door.TakeLettersAsync());
        // swaks ends what it sends with one more line end.
        Assert.EndsWith("\r\n\r\n" + Body, Encoding.ASCII.GetString(bytes).TrimEnd('\r', '\n') + "\r\n", StringComparison.Ordinal);
        Assert.Equal(("sender@example.org", "anna@example.com"), (letter.Sender, Assert.Single(letter.Envelope!.Recipients)));
        Assert.Equal(tls, letter.Session!.Cipher is not null);
        Assert.Equal("<real@example.org>", letter.MessageId);
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        var path = ClosedEnvironment.Find(program);
        if (path is null)
            Lacks(program);
        await using var child = await ChildProcess.StartAsync(path, arguments);
        var code = await child.ExitAsync(TimeSpan.FromMinutes(1));
        Assert.True(code == 0, child.Output + child.Errors);
    }

    [DoesNotReturn]
    private static void Lacks(string program) => ClosedEnvironment.Lacks($"{program} is missing: run ./test.sh once, it installs it.");
}
