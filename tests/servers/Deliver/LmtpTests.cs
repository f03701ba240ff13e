using System.Text;
using Postroom.Accounts;
using Postroom.Connect;
using Postroom.Deliver;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>Letters into a real LMTP server: Dovecot.</summary>
public sealed class LmtpTests(QuotaDovecot fixture) : IClassFixture<QuotaDovecot>
{
    private readonly Dovecot server = fixture.Server;

    [Theory]
    [MemberData(nameof(Handed.Odd), MemberType = typeof(Handed))]
    public async Task A_letter_arrives_byte_for_byte_below_our_headers(string id, string text)
    {
        var user = User("odd");
        var outcome = await Target().HandAsync(Handed.Letter(id, user), text);

        Assert.True(outcome is DeliveryOutcome.Delivered, outcome.ToString());
        var letter = Assert.Single(server.Letters(user));
        Assert.Equal(text, Handed.Below(letter, id));
        // The server's own lines stand above ours.
        Assert.StartsWith("Return-Path: <sender@example.net>\r\nDelivered-To: ", Encoding.Latin1.GetString(letter), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_letter_with_bare_LF_arrives_with_whole_line_ends()
    {
        var user = User("lf");
        Assert.IsType<DeliveryOutcome.Delivered>(await Target().HandAsync(Handed.Letter("lf", user), "Subject: x\n\na\n.\nb\n"));

        Assert.Equal("Subject: x\r\n\r\na\r\n.\r\nb\r\n", Handed.Below(Assert.Single(server.Letters(user)), "lf"));
    }

    [Fact]
    public async Task Many_letters_share_a_few_connections()
    {
        var user = User("many");
        var target = Target();
        var before = Connections();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => target.HandAsync(Handed.Letter($"many-{i}", user), $"Subject: {i}\r\n\r\nx\r\n")));

        Assert.All(outcomes, static o => Assert.IsType<DeliveryOutcome.Delivered>(o));
        Assert.Equal(100, server.Letters(user).Count);
        Assert.InRange(Connections() - before, 1, 8);
    }

    [Fact]
    public async Task A_mailbox_nobody_knows_is_refused_in_the_server_s_words_and_the_next_letter_goes_on()
    {
        var user = User("after");
        var target = Target();

        var refused = Assert.IsType<DeliveryOutcome.Refused>(await target.HandAsync(Handed.Letter("lost", "nobody"), "Subject: x\r\n\r\n"));
        Assert.Contains("550 5.1.1", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("nobody", refused.Reason, StringComparison.Ordinal);
        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("found", user), "Subject: x\r\n\r\n"));
    }

    [Fact]
    public async Task A_full_mailbox_puts_the_letter_off_and_says_nothing_against_the_target()
    {
        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(
            await Target().HandAsync(Handed.Letter("full", User("full")), "Subject: x\r\n\r\n" + new string('x', 5_000_000)));

        Assert.Contains("Quota exceeded", deferred.Reason, StringComparison.Ordinal);
        Assert.False(deferred.TargetDown);
        Assert.Null(deferred.Untried);
    }

    [Fact]
    public async Task A_connection_that_was_closed_meanwhile_costs_no_letter()
    {
        await using var own = new Dovecot();
        await own.StartAsync();
        own.AddUser("anna");
        var target = Target(own);
        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("one"), "Subject: x\r\n\r\n"));
        await own.StopAsync();
        await own.StartAsync();

        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("two"), "Subject: x\r\n\r\n"));
        Assert.Equal(2, own.Letters("anna").Count);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_down_in_a_sentence()
    {
        var port = FreePort.Next();
        var target = new SmtpTarget(Describe(Handed.Server("127.0.0.1", port, Security.None)), TimeProvider.System);

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await target.HandAsync(Handed.Letter("x"), "Subject: x\r\n\r\n"));

        Assert.True(deferred.TargetDown);
        Assert.Equal($"127.0.0.1:{port}: nothing listens there. Look at Targets__x__Host and Targets__x__Port.", deferred.Reason);
    }

    [Fact]
    public async Task A_socket_in_the_file_system_will_do()
    {
        var user = User("socket");
        var target = new SmtpTarget(Describe(Handed.Server("unix:" + fixture.Socket, 0, Security.Auto)), TimeProvider.System);

        var outcome = await target.HandAsync(Handed.Letter("socket", user), "Subject: x\r\n\r\nx\r\n");

        Assert.True(outcome is DeliveryOutcome.Delivered, outcome.ToString());
        Assert.Single(server.Letters(user));
    }

    private int Connections() => server.Log.Split('\n').Count(static l => l.Contains("lmtp(", StringComparison.Ordinal) && l.Contains("Connect from", StringComparison.Ordinal));

    private string User(string name) => fixture.NextUser(name);

    private SmtpTarget Target() => Target(server);

    private static SmtpTarget Target(Dovecot server) => new(Describe(Handed.Server(server.Host, server.LmtpPort, Security.None)), TimeProvider.System);

    private static Target Describe(ServerAddress server) =>
        new() { Name = "x", Kind = TargetKind.Lmtp, Path = "", Server = server, Recipient = "{mailbox}" };
}
