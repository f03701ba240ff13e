using System.Globalization;
using Postroom.Tests.Servers.Pipeline;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>How connections are protected, against real servers that offer TLS, demand it, or have none.</summary>
public sealed class SecurityTests(Azurite storage) : IClassFixture<Azurite>
{
    [Theory]
    [InlineData("Tls", true)]
    [InlineData("StartTls", false)]
    [InlineData("Auto", true)]
    [InlineData("Auto", false)]
    public async Task Letters_are_collected_over_tls(string security, bool implicitTls)
    {
        await using var provider = new Dovecot { Tls = DovecotTls.Required };
        await provider.StartAsync();
        var (office, ran) = await CollectAsync(provider, s =>
        {
            foreach (var account in new[] { "anna", "ben", "office" })
            {
                s[$"Accounts__{account}__Security"] = security;
                s[$"Accounts__{account}__Port"] = (implicitTls ? provider.Pop3sPort : provider.Pop3Port).ToString(CultureInfo.InvariantCulture);
            }
        });
        using (office)
        {
            Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
            Assert.Empty(office.Complaints());
        }
    }

    [Fact]
    public async Task Without_tls_letters_are_collected_only_when_settings_ask_for_it_or_the_server_never_had_any()
    {
        await using var provider = new Dovecot { Tls = DovecotTls.None };
        await provider.StartAsync();
        var (office, ran) = await CollectAsync(provider, s =>
        {
            Plain(s, "anna", "None");
            Plain(s, "ben", "Auto");
            Plain(s, "office", "StartTls");
        });
        using (office)
        {
            Assert.Equal(1, ran.ExitCode);
            // StartTls was asked for and is not to be had: no password, no letters, a sentence.
            Assert.Contains("Not collected: office.", ran.Output, StringComparison.Ordinal);
            Assert.Contains("does not offer STLS", ran.Output, StringComparison.Ordinal);
            Assert.Equal(3, office.Waiting);
            Assert.DoesNotContain("office", Users(provider), StringComparison.Ordinal);
        }

        void Plain(Dictionary<string, string> s, string account, string security)
        {
            s[$"Accounts__{account}__Security"] = security;
            s[$"Accounts__{account}__Port"] = provider.Pop3Port.ToString(CultureInfo.InvariantCulture);
            s.Remove($"Accounts__{account}__CaFile");
        }
    }

    [Fact]
    public async Task An_account_once_seen_with_tls_never_sends_its_password_without()
    {
        string port;
        await storage.ClearAsync();
        await using var secure = new Dovecot();
        await secure.StartAsync();
        using var office = new SampleOffice(secure, storage.ConnectionString, "ratchet");
        office.Settings["Accounts__anna__Security"] = "Auto";
        office.Settings["Accounts__anna__Port"] = port = secure.Pop3Port.ToString(CultureInfo.InvariantCulture);
        await using (var first = new PostroomCommand(office.Settings))
            Assert.Equal(0, (await first.RunAsync("run", "--until-idle")).ExitCode);

        // The same account, the same name; somebody on the way has taken STLS out of the greeting.
        await using var stripped = new Dovecot { Tls = DovecotTls.None };
        await stripped.StartAsync();
        stripped.AddUser("ratchet-anna");
        var settings = new Dictionary<string, string>(office.Settings)
        {
            ["Accounts__anna__Host"] = stripped.Host,
            ["Accounts__anna__Port"] = stripped.Pop3Port.ToString(CultureInfo.InvariantCulture),
        };
        Assert.NotEqual(port, settings["Accounts__anna__Port"]);
        await using var second = new PostroomCommand(settings);
        var ran = await second.RunAsync("run", "--until-idle");

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("offers no TLS", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("anna", Users(stripped), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_trusted_by_authority_or_by_pin_and_else_the_sentence_says_what_to_write()
    {
        await using var provider = new Dovecot();
        await provider.StartAsync();
        var (office, ran) = await CollectAsync(provider, s =>
        {
            s.Remove("Accounts__anna__CaFile");
            s["Accounts__anna__Pin"] = provider.Pin;
            s.Remove("Accounts__ben__CaFile");
            s.Remove("Accounts__office__CaFile");
            s["Accounts__office__Pin"] = new string('0', 64);
        });
        using (office)
        {
            Assert.Equal(1, ran.ExitCode);
            Assert.Contains("Not collected: ben, office.", ran.Output, StringComparison.Ordinal);
            Assert.Contains("Accounts__ben__CaFile", ran.Output, StringComparison.Ordinal);
            Assert.Contains("Accounts__office__Pin", ran.Output, StringComparison.Ordinal);
            Assert.Equal(2 + 3, office.Waiting);
        }
    }

    private async Task<(SampleOffice Office, PostroomCommand.Ran Ran)> CollectAsync(Dovecot provider, Action<Dictionary<string, string>> settle)
    {
        await storage.ClearAsync();
        var office = new SampleOffice(provider, storage.ConnectionString, "safe");
        office.DepositFor("anna", 2);
        office.DepositFor("ben", 2);
        office.DepositForAll(3);
        settle(office.Settings);
        await using var postroom = new PostroomCommand(office.Settings);
        return (office, await postroom.RunAsync("run", "--until-idle"));
    }

    // Lines of log-ins that got as far as a user name.
    private static string Users(Dovecot provider) =>
        string.Join('\n', provider.Log.Split('\n').Where(static l => l.Contains("user=<", StringComparison.Ordinal) && !l.Contains("user=<>", StringComparison.Ordinal)));
}
