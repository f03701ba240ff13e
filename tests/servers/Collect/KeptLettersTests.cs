using Postroom.Accounts;
using Postroom.Tests.Servers.Directory;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>Letters that stay on the server: none is fetched twice, none is missed, none goes before its day.</summary>
public sealed class KeptLettersTests(Azurite storage) : IClassFixture<Azurite>
{
    private static string Letter(int number) => HostileServerTests.Letter(number);

    private PollDesk Keeping(ScriptedServer server, int days = -1) =>
        new(storage, server, (s, account) => s[account + "DeleteAfterDays"] = $"{days}");

    [Theory]
    [InlineData("/ \\ # ? % &", "..", "a b", "A B")]
    [InlineData("caseMatters", "CaseMatters", "CASEMATTERS", "casematters")]
    [InlineData("  many   blanks ", "\u00e4\u00f6\u00fc", "'or 1 eq 1'", "x")]
    [InlineData("", "", "", "")]
    [InlineData("same", "same", "same", "other")]
    [InlineData("same", "", "same", "")]
    public async Task Odd_uidls_are_told_apart(params string[] uidls)
    {
        await using var server = new ScriptedServer();
        for (var i = 0; i < uidls.Length; i++)
            server.Add(uidls[i], Letter(i));
        var desk = Keeping(server);

        Assert.Equal(uidls.Length, await desk.CollectWellAsync());
        Assert.Equal(0, await desk.CollectWellAsync());
        server.Add("", Letter(70)).Add("same", Letter(71)).Add("fresh", Letter(72));
        Assert.Equal(3, await desk.CollectWellAsync());
        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());

        Assert.Equal(0, server.Count("RETR"));
        Assert.Equal(uidls.Length + 3, (await desk.StoredAsync()).Distinct().Count());
        Assert.Equal(uidls.Length + 3, desk.Enqueued.Select(static l => l.Id).Distinct().Count());
        Assert.Empty(server.Deleted);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("same", "same")]
    public async Task Letters_without_a_name_of_their_own_are_deleted_when_they_are_stored(params string[] uidls)
    {
        await using var server = new ScriptedServer();
        for (var i = 0; i < uidls.Length; i++)
            server.Add(uidls[i], Letter(i));
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Equal([Letter(0), Letter(1)], await desk.StoredAsync());
        Assert.Equal(2, server.Deleted.Count);
    }

    [Fact]
    public async Task A_server_without_uidl_is_known_by_its_headers()
    {
        await using var server = new ScriptedServer();
        server.Capabilities.Remove("UIDL");
        server.Script = new("C: UIDL*\nS: -ERR unknown command");
        server.Add("-", Letter(1)).Add("-", Letter(2));
        var desk = Keeping(server);

        Assert.Equal(2, await desk.CollectWellAsync());
        server.Add("-", Letter(3));
        Assert.Equal(1, await desk.CollectWellAsync());
        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());

        Assert.Equal(0, server.Count("RETR"));
        Assert.Equal([Letter(1), Letter(2), Letter(3)], (await desk.StoredAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_with_neither_uidl_nor_top_is_refused_in_a_sentence_if_letters_shall_stay_there()
    {
        await using var server = new ScriptedServer("C: UIDL*\nS: -ERR unknown command");
        server.Capabilities.Clear();
        server.Add("-", Letter(1));

        Assert.Contains("DeleteAfterDays = 0", await Keeping(server).CollectBadlyAsync(), StringComparison.Ordinal);

        var desk = new PollDesk(storage, server);
        Assert.Equal(1, await desk.CollectWellAsync());
        Assert.Single(server.Deleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_uidl_that_is_used_again_for_new_mail_is_new_mail(bool sameSize)
    {
        await using var server = new ScriptedServer();
        server.Add("1", Letter(1)).Add("2", Letter(2));
        var desk = Keeping(server, days: 2);
        Assert.Equal(2, await desk.CollectWellAsync());
        // Gone without our doing, and its name given to another letter before we look again.
        var again = sameSize ? Letter(5) : Letter(55);
        server.Letters[0] = new("1", System.Text.Encoding.Latin1.GetBytes(again), again.Length);

        if (!sameSize)
            Assert.Equal(1, await desk.CollectWellAsync());
        await desk.AgeAsync(2);
        await desk.CollectWellAsync();

        // Of the same size it shows at the latest before it would be deleted, and then has its own days.
        Assert.Contains(again, await desk.StoredAsync());
        Assert.Equal(sameSize ? ["1"] : [], server.Letters.Select(static l => l.Uidl));
        await desk.AgeAsync(2);
        await desk.CollectWellAsync();
        Assert.Empty(server.Letters);
        Assert.Equal(3, desk.Enqueued.Count);
    }

    [Fact]
    public async Task Letters_go_when_their_day_has_come_and_not_before()
    {
        await using var server = new ScriptedServer();
        server.Add("1", Letter(1)).Add("2", Letter(2));
        var desk = Keeping(server, days: 3);

        Assert.Equal(2, await desk.CollectWellAsync());
        await desk.AgeAsync(2);
        server.Add("3", Letter(3));
        Assert.Equal(1, await desk.CollectWellAsync());
        Assert.Empty(server.Deleted);
        await desk.AgeAsync(1);
        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());

        Assert.Equal(["1", "2"], server.Deleted.Order(StringComparer.Ordinal));
        Assert.Equal((2, 0), (server.Count("TOP"), server.Count("RETR")));
        Assert.Equal(1, (await desk.StateAsync()).LeftOnServer);
    }

    [Theory]
    // More than one session does.
    [InlineData(true, 510)]
    [InlineData(false, 40)]
    public async Task When_all_uidls_change_at_once_nothing_is_delivered_twice_and_the_administrator_is_told(bool top, int many)
    {
        await using var server = new ScriptedServer();
        if (!top)
            server.Capabilities.Remove("TOP");
        for (var i = 0; i < many; i++)
            server.Add($"old-{i}", Letter(i));
        var desk = Keeping(server);
        Assert.Equal(many, await desk.CollectWellAsync());

        // The provider moved to another server; its status lines are its own. Three letters came since.
        for (var i = 0; i < many; i++)
        {
            var moved = "Status: RO\r\nX-UIDL: new\r\n" + Letter(i);
            server.Letters[i] = new($"new-{i}", System.Text.Encoding.Latin1.GetBytes(moved), moved.Length);
        }

        server.Add("new-a", Letter(1001)).Add("new-b", Letter(1002)).Add("new-c", Letter(1003));
        server.Forget();
        Assert.Equal(3, await desk.CollectWellAsync());

        Assert.Equal(many + 3, desk.Enqueued.Count);
        Assert.Contains($"{many} letters on the server have new UIDLs", (await desk.StateAsync()).Remark, StringComparison.Ordinal);
        if (top)
            Assert.Equal(3, server.Count("RETR"));
        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal((0, 0), (server.Count("RETR"), server.Count("TOP")));
        Assert.Null((await desk.StateAsync()).Remark);
    }

    [Fact]
    public async Task A_hundred_thousand_letters_with_nothing_new_cost_three_requests()
    {
        const int Many = 100_000;
        await using var server = new ScriptedServer();
        for (var i = 0; i < Many; i++)
            server.Add($"uidl-{i:x8}", "x");
        var desk = Keeping(server);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await desk.RememberAsync(server.Letters.Select(l => (SeenLetters.Key(l.Uidl, l.Listed), new SeenLetter(today, SeenAs.Stored, 7))));
        var transport = new WatchedTransport();
        var state = desk.Book;
        desk.Book = new(transport.Client(storage).GetTableClient("accounts"), desk.Clock);

        Assert.Equal(0, await desk.CollectWellAsync());

        Assert.Equal(3, transport.Requests.Count);
        Assert.Equal(0, server.Count("RETR") + server.Count("TOP"));
        desk.Book = state;
        Assert.Equal(Many, (await desk.StateAsync()).LeftOnServer);

        // One new letter: one more request, for remembering it, and few pages are written again at the end.
        server.Add("fresh", Letter(1));
        desk.Book = new(transport.Client(storage).GetTableClient("accounts"), desk.Clock);
        transport.Requests.Clear();
        Assert.Equal(1, await desk.CollectWellAsync());
        Assert.InRange(transport.Requests.Count, 4, 6);
    }
}
