using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Security;
using Xunit;

namespace Postroom.Tests.Servers;

/// <summary>What the other tests rely on when they use <see cref="Dovecot"/>.</summary>
public sealed class DovecotTests(Dovecot provider) : IClassFixture<Dovecot>
{
    // Eight-bit bytes, dots at the start of lines, a long line, blanks before the line end, two empty lines at the end.
    private static readonly byte[] Odd =
    [
        .. "From: Anna <anna@example.com>\r\nSubject: dots\r\n\r\n.\r\n..\r\n.dot\r\n"u8,
        .. Enumerable.Range(128, 128).Select(b => (byte)b),
        .. Encoding.ASCII.GetBytes($"\r\n{new string('x', 5000)}  \r\n\r\n\r\n"),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SecureSocketOptions.None)]
    [InlineData(SecureSocketOptions.StartTls)]
    [InlineData(SecureSocketOptions.SslOnConnect)]
    public async Task A_letter_comes_out_of_POP3_byte_for_byte(SecureSocketOptions protection)
    {
        var user = $"odd-{protection}";
        provider.AddUser(user);
        provider.Deposit(user, Odd);

        using var client = await Pop3Async(provider, user, protection);

        Assert.Equal(protection != SecureSocketOptions.None, client.IsSecure);
        Assert.Equal(Odd, await LetterAsync(client, 0));
    }

    [Fact]
    public async Task Letters_are_numbered_as_they_were_dropped()
    {
        provider.AddUser("order");
        for (var i = 0; i < 20; i++)
            provider.Deposit("order", Letter($"{i}"));

        using var client = await Pop3Async(provider, "order");

        Assert.Equal(20, client.Count);
        for (var i = 0; i < 20; i++)
            Assert.Equal(Letter($"{i}"), await LetterAsync(client, i));
        Assert.Equal(20, (await client.GetMessageUidsAsync(Stop)).Distinct().Count());
    }

    [Fact]
    public async Task A_letter_is_gone_after_DELE_and_QUIT_and_not_before()
    {
        provider.AddUser("delete");
        provider.Deposit("delete", Letter("stays"));
        provider.Deposit("delete", Letter("goes"));

        using var client = await Pop3Async(provider, "delete");
        await client.DeleteMessageAsync(1, Stop);
        Assert.Equal(2, provider.Letters("delete").Count);
        await client.DisconnectAsync(quit: true, Stop);

        Assert.Equal(Letter("stays"), Assert.Single(provider.Letters("delete")));
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_are_refused()
    {
        provider.AddUser("locked");
        using var client = new Pop3Client();
        await client.ConnectAsync("127.0.0.1", provider.Pop3Port, SecureSocketOptions.None, Stop);

        await Assert.ThrowsAsync<AuthenticationException>(() => client.AuthenticateAsync("locked", "guess", Stop));
        await Assert.ThrowsAsync<AuthenticationException>(() => client.AuthenticateAsync("nobody", "guess", Stop));
    }

    [Fact]
    public async Task Nobody_trusts_the_certificate_but_who_knows_the_authority()
    {
        using var client = new Pop3Client();

        await Assert.ThrowsAsync<SslHandshakeException>(
            () => client.ConnectAsync("localhost", provider.Pop3sPort, SecureSocketOptions.SslOnConnect, Stop));
    }

    [Fact]
    public async Task The_pin_is_that_of_the_certificate_shown()
    {
        string? shown = null;
        using var client = new Pop3Client
        {
            ServerCertificateValidationCallback = (_, certificate, _, _) =>
                (shown = certificate!.GetCertHashString(HashAlgorithmName.SHA256)) is not null,
        };

        await client.ConnectAsync("127.0.0.1", provider.Pop3Port, SecureSocketOptions.StartTls, Stop);

        Assert.Equal(provider.Pin, shown);
    }

    [Fact]
    public async Task A_server_that_requires_TLS_takes_no_password_before_it()
    {
        await using var strict = new Dovecot { Tls = DovecotTls.Required };
        await strict.StartAsync();
        strict.AddUser("anna");

        await Assert.ThrowsAsync<AuthenticationException>(() => Pop3Async(strict, "anna", SecureSocketOptions.None));
        using var client = await Pop3Async(strict, "anna", SecureSocketOptions.StartTls);

        Assert.True(client.IsAuthenticated);
    }

    [Fact]
    public async Task A_server_without_TLS_offers_none()
    {
        await using var old = new Dovecot { Tls = DovecotTls.None };
        await old.StartAsync();
        old.AddUser("anna");

        using var client = await Pop3Async(old, "anna", SecureSocketOptions.None);

        Assert.False(client.Capabilities.HasFlag(Pop3Capabilities.StartTLS));
        using var tls = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () => await tls.ConnectAsync("127.0.0.1", old.Pop3sPort, Stop));
    }

    [Fact]
    public async Task Further_configuration_wins()
    {
        await using var own = new Dovecot { UidlFormat = "%f", Extra = "pop3_no_flag_updates = yes\nlogin_greeting = Welcome" };
        await own.StartAsync();
        own.AddUser("anna");
        own.Deposit("anna", Letter("one"));
        using var connection = new TcpClient();
        await connection.ConnectAsync(own.Host, own.Pop3Port, Stop);
        using var talk = new StreamReader(connection.GetStream());

        using var client = await Pop3Async(own, "anna");

        Assert.EndsWith(".example.com", await client.GetMessageUidAsync(0, Stop), StringComparison.Ordinal);
        Assert.Equal("+OK Welcome", await talk.ReadLineAsync(Stop));
    }

    [Fact]
    public async Task Letters_and_their_numbers_outlive_a_stop_and_a_kill()
    {
        await using var own = new Dovecot();
        await own.StartAsync();
        own.AddUser("anna");
        own.Deposit("anna", Letter("kept"));
        var before = await UidAsync(own);

        await own.StopAsync();
        await Assert.ThrowsAnyAsync<SocketException>(() => UidAsync(own));
        await own.StartAsync();
        Assert.Equal(before, await UidAsync(own));

        using (var client = await Pop3Async(own, "anna"))
        {
            await client.DeleteMessageAsync(0, Stop);
            await own.KillAsync();
        }
        await own.StartAsync();
        Assert.Equal(before, await UidAsync(own));
        Assert.Equal(Letter("kept"), Assert.Single(own.Letters("anna")));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_client_that_stays()
    {
        await using var own = new Dovecot();
        await own.StartAsync();
        own.AddUser("anna");
        using var guest = new TcpClient();
        await guest.ConnectAsync(own.Host, own.Pop3Port, Stop);
        using var talk = new StreamReader(guest.GetStream());
        await talk.ReadLineAsync(Stop);
        using var session = await Pop3Async(own, "anna");

        await own.StopAsync();

        Assert.Null(await talk.ReadLineAsync(Stop));
        await Assert.ThrowsAnyAsync<Exception>(() => session.NoOpAsync(Stop));
    }

    [Fact]
    public async Task A_letter_appended_by_IMAP_lies_in_the_mailbox_byte_for_byte()
    {
        provider.AddUser("imap");
        using var client = await ImapAsync(provider, "imap");
        using var message = MimeKit.MimeMessage.Load(new MemoryStream(Odd), Stop);

        await client.Inbox.AppendAsync(message, MessageFlags.None, Stop);

        Assert.Equal(Odd, Assert.Single(provider.Letters("imap")));
    }

    [Fact]
    public async Task LMTP_puts_a_letter_into_the_mailbox()
    {
        provider.AddUser("lmtp");
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", provider.LmtpPort, Stop);
        using var talk = new StreamReader(connection.GetStream());
        async Task SayAsync(string line, string expected)
        {
            if (line.Length > 0)
                await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), Stop);
            string? reply;
            do
                reply = await talk.ReadLineAsync(Stop);
            while (reply?.Length > 3 && reply[3] == '-');
            Assert.StartsWith(expected, reply, StringComparison.Ordinal);
        }

        await SayAsync("", "220");
        await SayAsync("LHLO localhost", "250");
        await SayAsync("MAIL FROM:<anna@example.com>", "250");
        await SayAsync("RCPT TO:<lmtp>", "250");
        await SayAsync("DATA", "354");
        await SayAsync("Subject: by LMTP\r\n\r\nHello\r\n.", "250");

        Assert.Contains("Subject: by LMTP\r\n\r\nHello\r\n", Encoding.ASCII.GetString(Assert.Single(provider.Letters("lmtp"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maildirs_that_are_there_already_are_served_to_IMAP_and_to_mutt()
    {
        var root = System.IO.Directory.CreateTempSubdirectory("postroom-mail-");
        try
        {
            foreach (var mailbox in (string[])["anna", "post.master"])
            {
                // Closed to everybody else, as a careful deliverer leaves them.
                foreach (var part in (string[])["tmp", "new", "cur"])
                    System.IO.Directory.CreateDirectory(Path.Combine(root.FullName, mailbox, part), (UnixFileMode)0b_111_000_000);
                var file = Path.Combine(root.FullName, mailbox, "new", $"1700000000.letter.{mailbox}");
                await File.WriteAllBytesAsync(file, Odd, Stop);
                File.SetUnixFileMode(file, (UnixFileMode)0b_110_000_000);
            }

            var first = Letter("first");
            await File.WriteAllBytesAsync(Path.Combine(root.FullName, "anna", "cur", "1600000000.letter.first:2,S"), first, Stop);
            var shown = await Mutt.ReadAsync(Path.Combine(root.FullName, "anna"));
            Assert.Equal([WithoutCr(first), WithoutCr(Odd)], shown.Select(WithoutCr).OrderBy(letter => letter.Length));
            await using var served = await Dovecot.ServeMaildirsAsync(root.FullName);
            foreach (var mailbox in (string[])["anna", "post.master"])
            {
                using var client = await ImapAsync(served, mailbox);
                await client.Inbox.OpenAsync(FolderAccess.ReadOnly, Stop);
                using var letter = await client.Inbox.GetStreamAsync(client.Inbox.Count - 1, Stop);
                Assert.Equal(Odd, await BytesAsync(letter));
            }
            Assert.Equal(["cur", "new", "tmp"], System.IO.Directory.EnumerateFileSystemEntries(Path.Combine(root.FullName, "anna")).Select(Path.GetFileName).Order());
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static byte[] WithoutCr(byte[] letter) => [.. letter.Where(b => b != '\r')];

    private static byte[] Letter(string text) => Encoding.ASCII.GetBytes($"Subject: {text}\r\n\r\n{text}\r\n");

    private static async Task<Pop3Client> Pop3Async(
        Dovecot server, string user, SecureSocketOptions protection = SecureSocketOptions.None)
    {
        var client = Trusting(new Pop3Client(), server);
        var port = protection == SecureSocketOptions.SslOnConnect ? server.Pop3sPort : server.Pop3Port;
        await client.ConnectAsync(server.Host, port, protection, Stop);
        await client.AuthenticateAsync(user, server.Password(user), Stop);
        return client;
    }

    private static async Task<ImapClient> ImapAsync(Dovecot server, string user)
    {
        var client = Trusting(new ImapClient(), server);
        await client.ConnectAsync("127.0.0.1", server.ImapsPort, SecureSocketOptions.SslOnConnect, Stop);
        await client.AuthenticateAsync(user, server.Password(user), Stop);
        return client;
    }

    private static TClient Trusting<TClient>(TClient client, Dovecot server) where TClient : MailService
    {
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(server.CaFile);
            return (errors & ~System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors) == 0
                && chain.Build((X509Certificate2)certificate!);
        };
        return client;
    }

    private static async Task<string> UidAsync(Dovecot server)
    {
        using var client = await Pop3Async(server, "anna");
        return await client.GetMessageUidAsync(0, Stop);
    }

    private static async Task<byte[]> LetterAsync(Pop3Client client, int index)
    {
        using var stream = await client.GetStreamAsync(index, headersOnly: false, Stop);
        return await BytesAsync(stream);
    }

    private static async Task<byte[]> BytesAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Stop);
        return bytes.ToArray();
    }
}
