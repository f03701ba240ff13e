using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using Postroom.Accounts;
using Postroom.Connect;
using Postroom.Deliver;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>Letters into folders of a real IMAP server: Dovecot.</summary>
public sealed class ImapTests(QuotaDovecot fixture) : IClassFixture<QuotaDovecot>
{
    private readonly Dovecot server = fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Handed.Odd), MemberType = typeof(Handed))]
    public async Task A_letter_arrives_byte_for_byte_below_our_headers(string id, string text)
    {
        var user = User("odd");
        var outcome = await Target(user).HandAsync(Handed.Letter(id, user), text);

        Assert.True(outcome is DeliveryOutcome.Delivered, outcome.ToString());
        // Header lines without an empty line after them get it: MailKit ends a header so. No line of the letter changes.
        var end = id == "no-body" ? "\r\n" : "";
        Assert.Equal($"{Handed.Top}{TraceHeaders.IdField}: {id}\r\n{text}{end}", Encoding.Latin1.GetString(Assert.Single(server.Letters(user))));
    }

    [Fact]
    public async Task A_letter_with_bare_LF_arrives_with_whole_line_ends()
    {
        var user = User("lf");
        Assert.IsType<DeliveryOutcome.Delivered>(await Target(user).HandAsync(Handed.Letter("lf", user), "Subject: x\n\na\n.\nb\n"));

        Assert.Equal("Subject: x\r\n\r\na\r\n.\r\nb\r\n", Handed.Below(Assert.Single(server.Letters(user)), "lf"));
    }

    [Fact]
    public async Task It_is_new_and_dated_when_it_came_in()
    {
        var user = User("date");
        var letter = Handed.Letter("date", user);
        await Target(user).HandAsync(letter, "Subject: x\r\n\r\nx\r\n");

        using var client = await LogInAsync(user);
        await client.Inbox!.OpenAsync(FolderAccess.ReadOnly, Stop);
        var seen = Assert.Single(await client.Inbox.FetchAsync(0, -1, MessageSummaryItems.Flags | MessageSummaryItems.InternalDate, Stop));
        Assert.Equal(letter.Received, seen.InternalDate);
        Assert.Equal(MessageFlags.None, seen.Flags & ~MessageFlags.Recent);
    }

    [Fact]
    public async Task A_repetition_finds_the_letter_there_and_makes_no_second_copy()
    {
        var user = User("twice");
        var letter = Handed.Letter("twice", user);
        await Target(user).HandAsync(letter, "Subject: x\r\n\r\nx\r\n");

        var again = await Target(user).HandAsync(letter with { Repeat = true }, "Subject: x\r\n\r\nx\r\n");
        var other = await Target(user).HandAsync(Handed.Letter("other", user) with { Repeat = true }, "Subject: x\r\n\r\nx\r\n");

        Assert.Contains("already", Assert.IsType<DeliveryOutcome.Delivered>(again).Answer, StringComparison.Ordinal);
        Assert.IsType<DeliveryOutcome.Delivered>(other);
        Assert.Equal(2, server.Letters(user).Count);
    }

    [Fact]
    public async Task A_missing_folder_is_made_once_however_many_letters_want_it()
    {
        var user = User("folder");
        var target = Target(user, folder: "Post/{mailbox}");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => target.HandAsync(Handed.Letter($"folder-{i}", user), "Subject: x\r\n\r\nx\r\n")));

        Assert.All(outcomes, static o => Assert.True(o is DeliveryOutcome.Delivered, o.ToString()));
        using var client = await LogInAsync(user);
        var folder = await (await client.GetFolder(client.PersonalNamespaces[0]).GetSubfolderAsync("Post", Stop)).GetSubfolderAsync(user, Stop);
        await folder.OpenAsync(FolderAccess.ReadOnly, Stop);
        Assert.Equal(20, folder.Count);
        Assert.Contains(await client.GetFolder(client.PersonalNamespaces[0]).GetSubfoldersAsync(subscribedOnly: true, Stop), static f => f.Name == "Post");
    }

    [Fact]
    public async Task Many_letters_share_a_few_connections_of_their_user()
    {
        var user = User("many");
        var target = Target(user);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => target.HandAsync(Handed.Letter($"many-{i}", user), "Subject: x\r\n\r\nx\r\n")));

        Assert.All(outcomes, static o => Assert.IsType<DeliveryOutcome.Delivered>(o));
        Assert.Equal(60, server.Letters(user).Count);
        Assert.InRange(server.Log.Split('\n').Count(l => l.Contains("imap-login: ", StringComparison.Ordinal) && l.Contains($"user=<{user}>", StringComparison.Ordinal)), 1, 8);
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_the_server_s_words_with_the_settings_to_look_at()
    {
        var user = User("wrong");
        var target = new ImapTarget(Describe(Tls(server)) with { UserName = user, Password = "not this one" }, TimeProvider.System);

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await target.HandAsync(Handed.Letter("x", user), "Subject: x\r\n\r\n"));

        Assert.True(deferred.TargetDown);
        Assert.Contains("NO [AUTHENTICATIONFAILED] Authentication failed.", deferred.Reason, StringComparison.Ordinal);
        Assert.Contains("Targets__x__Password", deferred.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("not this one", deferred.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_each_mailbox_logs_in_for_itself_one_refusal_is_not_the_target_s()
    {
        var target = new ImapTarget(Describe(Tls(server)) with { UserName = "{mailbox}", Password = "x" }, TimeProvider.System);

        Assert.False(Assert.IsType<DeliveryOutcome.Deferred>(await target.HandAsync(Handed.Letter("x", "nobody"), "Subject: x\r\n\r\n")).TargetDown);
    }

    [Fact]
    public async Task A_full_mailbox_puts_the_letter_off()
    {
        await using var small = new Dovecot
        {
            Extra = "mail_plugins = $mail_plugins quota\nplugin {\n  quota = maildir:User quota\n  quota_rule = *:storage=10K\n  quota_grace = 0\n}\n",
        };
        await small.StartAsync();
        var target = new ImapTarget(Describe(Tls(small)) with { UserName = "anna", Password = small.AddUser("anna") }, TimeProvider.System);

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await target.HandAsync(Handed.Letter("full"), "Subject: x\r\n\r\n" + new string('x', 50_000)));

        Assert.Contains("[OVERQUOTA]", deferred.Reason, StringComparison.Ordinal);
        Assert.False(deferred.TargetDown);
    }

    [Theory]
    [InlineData(Security.Auto, true)]
    [InlineData(Security.Auto, false)]
    [InlineData(Security.Tls, true)]
    [InlineData(Security.StartTls, false)]
    public async Task Letters_go_over_tls(Security security, bool implicitTls)
    {
        await using var strict = new Dovecot { Tls = DovecotTls.Required };
        await strict.StartAsync();
        var address = Handed.Server(strict.Host, implicitTls ? strict.ImapsPort : strict.ImapPort, security, strict.CaFile);
        var target = new ImapTarget(Describe(address) with { UserName = "anna", Password = strict.AddUser("anna") }, TimeProvider.System);

        var outcome = await target.HandAsync(Handed.Letter("tls"), "Subject: x\r\n\r\n");

        Assert.True(outcome is DeliveryOutcome.Delivered, outcome.ToString());
    }

    [Fact]
    public async Task No_password_goes_without_tls_unless_the_settings_say_so()
    {
        await using var plain = new Dovecot { Tls = DovecotTls.None };
        await plain.StartAsync();
        var password = plain.AddUser("anna");
        var refused = new ImapTarget(Describe(Handed.Server(plain.Host, plain.ImapPort, Security.Auto)) with { UserName = "anna", Password = password }, TimeProvider.System);
        var asked = new ImapTarget(Describe(Handed.Server(plain.Host, plain.ImapPort, Security.None)) with { UserName = "anna", Password = password }, TimeProvider.System);

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await refused.HandAsync(Handed.Letter("x"), "Subject: x\r\n\r\n"));
        Assert.Contains("does not offer STARTTLS", deferred.Reason, StringComparison.Ordinal);
        Assert.IsType<DeliveryOutcome.Delivered>(await asked.HandAsync(Handed.Letter("x"), "Subject: x\r\n\r\n"));
    }

    [Fact]
    public async Task A_certificate_is_trusted_by_authority_or_pin_and_else_the_sentence_says_what_to_write()
    {
        var user = User("trust");
        ServerAddress With(string? caFile, string? pin) => Handed.Server(server.Host, server.ImapsPort, Security.Tls, caFile, pin);
        async Task<DeliveryOutcome> Try(ServerAddress address) =>
            await new ImapTarget(Describe(address) with { UserName = user, Password = server.Password(user) }, TimeProvider.System).HandAsync(Handed.Letter("t", user), "Subject: x\r\n\r\n");

        Assert.IsType<DeliveryOutcome.Delivered>(await Try(With(null, server.Pin)));
        Assert.Contains("Targets__x__CaFile", Assert.IsType<DeliveryOutcome.Deferred>(await Try(With(null, null))).Reason, StringComparison.Ordinal);
        Assert.Contains("Targets__x__Pin", Assert.IsType<DeliveryOutcome.Deferred>(await Try(With(null, new string('0', 64)))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_was_closed_meanwhile_costs_no_letter_and_makes_no_second()
    {
        await using var own = new Dovecot();
        await own.StartAsync();
        var target = new ImapTarget(Describe(Tls(own)) with { UserName = "anna", Password = own.AddUser("anna") }, TimeProvider.System);
        await target.HandAsync(Handed.Letter("one"), "Subject: x\r\n\r\n");
        await own.StopAsync();
        await own.StartAsync();

        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("two"), "Subject: x\r\n\r\n"));
        Assert.Equal(2, own.Letters("anna").Count);
    }

    [Fact]
    public async Task A_letter_in_two_messages_of_which_only_one_is_marked_lies_there_once_in_any_order()
    {
        foreach (var order in new[] { "marked first", "marked last", "at once" })
        {
            var user = User("order");
            var (target, turns, letter) = (Target(user), new LetterTurns(), Handed.Letter("order", user));
            Task<DeliveryOutcome> Take(bool marked) => turns.TakeAsync(letter with { Repeat = marked }, mine => target.HandAsync(mine, "Subject: x\r\n\r\n"), Stop);

            var outcomes = order switch
            {
                "marked first" => [await Take(true), await Take(false)],
                "marked last" => [await Take(false), await Take(true)],
                _ => await Task.WhenAll(Take(false), Take(true), Take(false)),
            };

            Assert.All(outcomes, static o => Assert.IsType<DeliveryOutcome.Delivered>(o));
            Assert.True(server.Letters(user).Count == 1, $"{order}: {server.Letters(user).Count} copies");
        }
    }

    private string User(string name) => fixture.NextUser(name);

    private ImapTarget Target(string user, string folder = "INBOX") =>
        new(Describe(Tls(server)) with { UserName = "{mailbox}", Password = server.Password(user), Folder = folder }, TimeProvider.System);

    private static ServerAddress Tls(Dovecot server) => Handed.Server(server.Host, server.ImapsPort, Security.Tls, server.CaFile);

    private static Target Describe(ServerAddress server) => new() { Name = "x", Kind = TargetKind.Imap, Path = "", Server = server, Folder = "INBOX" };

    private async Task<ImapClient> LogInAsync(string user)
    {
        var client = new ImapClient();
        await client.ConnectAsync(server.Host, server.ImapPort, SecureSocketOptions.None, Stop);
        await client.AuthenticateAsync(user, server.Password(user), Stop);
        return client;
    }
}
