using Xunit;

namespace Postroom.Tests.Servers.Pipeline;

/// <summary>A letter's whole way through the command, with a real provider and real storage.</summary>
public sealed class WholeWayTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    [Fact]
    public async Task Every_letter_of_three_accounts_is_delivered_once_and_later_mail_in_the_next_run()
    {
        using var office = new SampleOffice(provider, storage.ConnectionString, "way");
        office.DepositFor("anna", 20);
        office.DepositFor("ben", 15);
        office.DepositForAll(200);
        await using var postroom = new PostroomCommand(office.Settings);

        var first = await postroom.RunAsync("run", "--until-idle");
        Assert.True(first.ExitCode == 0, first.Output + first.Errors);
        Assert.Empty(office.Complaints());

        var second = await postroom.RunAsync("run", "--until-idle");
        Assert.Equal(0, second.ExitCode);
        Assert.Contains("0 letters collected", second.Output, StringComparison.Ordinal);

        office.DepositFor("anna", 2);
        office.DepositForAll(3);
        var third = await postroom.RunAsync("run", "--until-idle");
        Assert.Equal(0, third.ExitCode);
        Assert.Contains("5 letters collected", third.Output, StringComparison.Ordinal);
        Assert.Empty(office.Complaints());
    }

    [Fact]
    public async Task One_account_with_a_wrong_password_stops_no_other_and_the_exit_code_tells()
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, "wrong");
        office.DepositForAll(5);
        office.Settings["Accounts__ben__Password"] = "not the password";
        await using var postroom = new PostroomCommand(office.Settings);

        var ran = await postroom.RunAsync("run", "--until-idle");

        Assert.Equal(1, ran.ExitCode);
        Assert.Empty(office.Complaints());
        // The server's own words, and which settings to look at.
        Assert.Contains("Authentication failed", ran.Output, StringComparison.Ordinal);
        Assert.Contains("Accounts__ben__Password", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not the password", ran.Output + ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_are_told_in_one_list_and_nothing_starts()
    {
        using var office = new SampleOffice(provider, storage.ConnectionString, "settings");
        office.DepositForAll(1);
        office.Settings.Remove("Postmaster");
        office.Settings["Accounts__office__Multidrop__Header"] = "To";
        office.Settings["Accounts__anna__Mailbox"] = "nobody";
        office.Settings["Accounts__ben__Hots"] = "pop.example.com";
        await using var postroom = new PostroomCommand(office.Settings);

        var ran = await postroom.RunAsync("run", "--until-idle");

        Assert.Equal(2, ran.ExitCode);
        Assert.Equal(1, office.Waiting);
        foreach (var name in new[] { "Postmaster:", "Accounts__office__Multidrop__Header:", "Accounts__anna__Mailbox:", "Accounts__ben__Hots:" })
            Assert.Contains(name, ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_message_of_an_unknown_version_is_held_and_readable()
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, "version");
        await using var postroom = new PostroomCommand(office.Settings);
        Assert.Equal(0, (await postroom.RunAsync("run", "--until-idle")).ExitCode);
        await storage.Queues.GetQueueClient("inbound").SendMessageAsync("""{"v":7,"letters":[{"id":"from the future"}]}""", TestContext.Current.CancellationToken);

        var ran = await postroom.RunAsync("run", "--until-idle");
        var held = await postroom.RunAsync("held", "list");
        var shown = await postroom.RunAsync("held", "show", held.Output.Split(' ')[0]);

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("version 7", held.Output, StringComparison.Ordinal);
        Assert.Contains("from the future", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_maildirs_are_read_by_dovecot_imap_and_by_mutt()
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, "readers");
        office.DepositForAll(9);
        await using var postroom = new PostroomCommand(office.Settings);
        Assert.Equal(0, (await postroom.RunAsync("run", "--until-idle")).ExitCode);

        await using var imap = await Dovecot.ServeMaildirsAsync(office.Mail);
        using var client = new MailKit.Net.Imap.ImapClient();
        var stop = TestContext.Current.CancellationToken;
        await client.ConnectAsync(imap.Host, imap.ImapPort, MailKit.Security.SecureSocketOptions.None, stop);
        await client.AuthenticateAsync("clara", imap.Password("clara"), stop);
        await client.Inbox!.OpenAsync(MailKit.FolderAccess.ReadOnly, stop);
        Assert.Equal(2, client.Inbox.Count);
        var message = await client.Inbox.GetMessageAsync(0, stop);
        Assert.StartsWith("Letter ", message.Subject, StringComparison.Ordinal);
        Assert.Equal("clara@example.com", message.Headers["Delivered-To"]);

        var shown = await Mutt.ReadAsync(Path.Combine(office.Mail, "clara"));
        Assert.Equal(2, shown.Count);
        Assert.All(shown, static letter => Assert.Contains("Subject: Letter ", System.Text.Encoding.Latin1.GetString(letter), StringComparison.Ordinal));
    }
}
