using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit.Net.Pop3;
using MailKit.Security;
using Postroom.Cli.Demo;
using Xunit;

namespace Postroom.Tests.Unit.Demo;

/// <summary>The sample provider as MailKit, the client Postroom collects with, sees it.</summary>
public sealed class SampleProviderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_sample_letter_is_fetched_byte_for_byte()
    {
        await using var running = await RunningProvider.WithSampleLettersAsync();
        var expected = SampleLetters.Fill();
        foreach (var (name, mailbox) in expected)
        {
            using var client = await running.LogInAsync(name);
            var sizes = await client.GetMessageSizesAsync(Stop);
            Assert.Equal(mailbox.Letters.Count, client.Count);
            for (var index = 0; index < client.Count; index++)
            {
                await using var stream = await client.GetStreamAsync(index, headersOnly: false, Stop);
                using var fetched = new MemoryStream();
                await stream.CopyToAsync(fetched, Stop);
                Assert.Equal(mailbox.Letters[index].Content.ToArray(), fetched.ToArray());
                Assert.Equal(fetched.Length, sizes[index]);
            }
        }
    }

    [Fact]
    public async Task Capabilities_are_those_a_client_needs_to_collect()
    {
        await using var running = await RunningProvider.WithAsync();
        using var client = await running.LogInAsync();

        Assert.Equal(
            Pop3Capabilities.Top | Pop3Capabilities.UIDL | Pop3Capabilities.User | Pop3Capabilities.Pipelining
                | Pop3Capabilities.ResponseCodes,
            client.Capabilities);
        Assert.Equal("Postroom-Sample", client.Implementation);
    }

    [Fact]
    public async Task The_name_localhost_is_in_the_certificate_too()
    {
        await using var running = await RunningProvider.WithAsync();
        using var client = await running.ConnectAsync("localhost");
        Assert.True(client.IsSecure);
    }

    [Fact]
    public async Task Nobody_trusts_the_provider_without_the_CA_file()
    {
        await using var running = await RunningProvider.WithAsync();
        using var client = new Pop3Client { CheckCertificateRevocation = false };
        await Assert.ThrowsAsync<SslHandshakeException>(() =>
            client.ConnectAsync(SampleProvider.Host, running.Provider.Port, SecureSocketOptions.SslOnConnect, Stop));
    }

    [Fact]
    public async Task CA_file_holds_one_authority_and_no_key()
    {
        await using var running = await RunningProvider.WithAsync();
        var pem = await File.ReadAllTextAsync(running.Provider.CaFile, Stop);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(pem);

        var authority = Assert.Single(authorities);
        Assert.True(authority.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.DoesNotContain("PRIVATE", pem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_start_has_its_own_authority_password_and_letter_ids()
    {
        await using var first = await RunningProvider.WithAsync("A: b\r\n");
        await using var second = await RunningProvider.WithAsync("A: b\r\n");
        using var toFirst = await first.LogInAsync();
        using var toSecond = await second.LogInAsync();

        Assert.NotEqual(first.Provider.Password, second.Provider.Password);
        Assert.NotEqual(await toFirst.GetMessageUidAsync(0, Stop), await toSecond.GetMessageUidAsync(0, Stop));
        Assert.NotEqual(
            await File.ReadAllTextAsync(first.Provider.CaFile, Stop), await File.ReadAllTextAsync(second.Provider.CaFile, Stop));
    }

    [Fact]
    public async Task A_wrong_password_opens_nothing()
    {
        await using var running = await RunningProvider.WithAsync();
        using var client = await running.ConnectAsync();
        await Assert.ThrowsAsync<AuthenticationException>(() => client.AuthenticateAsync("box", "guessed", Stop));
    }

    [Fact]
    public async Task Letter_ids_stay_the_same_from_session_to_session()
    {
        await using var running = await RunningProvider.WithSampleLettersAsync();
        IList<string> before;
        using (var client = await running.LogInAsync("office"))
        {
            before = await client.GetMessageUidsAsync(Stop);
            await client.DeleteMessageAsync(0, Stop);
            await client.DisconnectAsync(quit: true, Stop);
        }

        using var again = await running.LogInAsync("office");
        Assert.Equal(before.Skip(1), await again.GetMessageUidsAsync(Stop));
        Assert.Equal(before.Count, before.Distinct().Count());
    }

    [Fact]
    public async Task A_provider_that_goes_down_drops_its_sessions()
    {
        await using var running = await RunningProvider.WithAsync("A: b\r\n");
        using var client = await running.LogInAsync();

        await running.Provider.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => client.NoOpAsync(Stop));
        using var late = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () =>
            await late.ConnectAsync(IPAddress.Loopback, running.Provider.Port, Stop));
    }
}
