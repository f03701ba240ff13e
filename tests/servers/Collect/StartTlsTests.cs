using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>STLS as somebody on the way would have it: refused, taken out, or followed by words of his own.</summary>
public sealed class StartTlsTests(Azurite storage) : IClassFixture<Azurite>, IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("postroom-stls-").FullName;

    [Theory]
    [InlineData("", "StartTls", null)]
    [InlineData("", "Auto", null)]
    [InlineData("C: STLS\nS: +OK go on\\r\\n+OK injected", "StartTls", "said something more before TLS began")]
    [InlineData("C: STLS\nS: +OK go on\\r\\n+OK injected", "Auto", "said something more before TLS began")]
    [InlineData("C: STLS\nS: -ERR not now", "Auto", "offers STLS and then refuses it")]
    [InlineData("C: STLS\nX: flood z", "StartTls", "line of more than 8192 octets (greeting)")]
    [InlineData("C: STLS\nS+ +OK\\r\\n\nX: hang", "StartTls", "TLS handshake")]
    [InlineData("C: CAPA\nS: -ERR what?", "StartTls", "does not offer STLS")]
    public async Task No_password_goes_unless_tls_came_about(string script, string security, string? sentence)
    {
        using var authority = new CertificateAuthority(folder);
        var issued = authority.Issue();
        await using var server = new ScriptedServer(script) { Certificate = X509Certificate2.CreateFromPemFile(issued.CertificateFile, issued.KeyFile) };
        server.Add("one", HostileServerTests.Letter(1));
        var desk = new PollDesk(storage, server, (s, account) =>
        {
            s[account + "Security"] = security;
            s[account + "CaFile"] = authority.CaFile;
        });

        if (sentence is null)
        {
            Assert.Equal(1, await desk.CollectWellAsync());
            Assert.True((await desk.StateAsync()).SeenTls);
            return;
        }

        Assert.Contains(sentence, await desk.CollectBadlyAsync(), StringComparison.Ordinal);
        Assert.Equal(0, server.Count("USER") + server.Count("PASS") + server.Count("AUTH") + server.Count("APOP"));
    }

    [Fact]
    public async Task An_apop_challenge_from_before_tls_is_not_answered()
    {
        using var authority = new CertificateAuthority(folder);
        var issued = authority.Issue();
        await using var server = new ScriptedServer("S: +OK hello <1@example.net>") { Certificate = X509Certificate2.CreateFromPemFile(issued.CertificateFile, issued.KeyFile) };
        var desk = new PollDesk(storage, server, (s, account) =>
        {
            s[account + "Security"] = "StartTls";
            s[account + "CaFile"] = authority.CaFile;
        });

        Assert.Equal(0, await desk.CollectWellAsync());

        Assert.Equal((0, 1), (server.Count("APOP"), server.Count("PASS")));
    }

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);
}
