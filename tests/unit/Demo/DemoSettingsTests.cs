using System.Globalization;
using MailKit.Net.Pop3;
using Postroom.Cli.Demo;
using Xunit;

namespace Postroom.Tests.Unit.Demo;

/// <summary>The demo's settings fit the provider they were made for.</summary>
public sealed class DemoSettingsTests
{
    [Fact]
    public async Task Every_account_logs_in_at_the_running_provider_with_its_settings()
    {
        await using var running = await RunningProvider.WithSampleLettersAsync();
        var settings = DemoSettings.For(running.Provider, "mail");

        foreach (var (account, letters) in SampleLetters.Names)
        {
            Assert.Equal(running.Provider.CaFile, settings[$"Accounts__{account}__CaFile"]);
            Assert.Equal("Tls", settings[$"Accounts__{account}__Security"]);
            Assert.Equal(TimeSpan.FromSeconds(10), TimeSpan.Parse(
                settings[$"Accounts__{account}__Interval"], CultureInfo.InvariantCulture));
            Assert.Equal(running.Provider.Port, int.Parse(
                settings[$"Accounts__{account}__Port"], CultureInfo.InvariantCulture));

            using Pop3Client client = await running.ConnectAsync(settings[$"Accounts__{account}__Host"]);
            await client.AuthenticateAsync(
                settings[$"Accounts__{account}__UserName"], settings[$"Accounts__{account}__Password"],
                TestContext.Current.CancellationToken);
            Assert.Equal(letters.Length, client.Count);
        }
    }

    [Fact]
    public async Task Every_account_is_either_single_drop_or_multidrop()
    {
        await using var running = await RunningProvider.WithSampleLettersAsync();
        var settings = DemoSettings.For(running.Provider, "mail");

        Assert.All(SampleLetters.Names.Keys, account => Assert.NotEqual(
            settings.ContainsKey($"Accounts__{account}__Mailbox"),
            settings.ContainsKey($"Accounts__{account}__Multidrop__Mode")));
    }

    [Fact]
    public async Task Every_mailbox_that_is_named_exists()
    {
        await using var running = await RunningProvider.WithSampleLettersAsync();
        var settings = DemoSettings.For(running.Provider, "mail");

        string[] named =
        [
            settings["Postmaster"],
            settings["Accounts__anna__Mailbox"],
            .. settings["Groups__sales__Members"].Split(',', StringSplitOptions.TrimEntries),
        ];
        Assert.All(named, mailbox => Assert.True(settings.ContainsKey($"Mailboxes__{mailbox}__Addresses"), mailbox));
    }

    [Fact]
    public async Task Letters_go_to_Maildirs_in_the_folder_given()
    {
        await using var running = await RunningProvider.WithSampleLettersAsync();
        var settings = DemoSettings.For(running.Provider, "where/the/mail/goes");

        Assert.Equal("Maildir", settings["Targets__default__Kind"]);
        Assert.Equal("where/the/mail/goes", settings["Targets__default__Path"]);
    }
}
