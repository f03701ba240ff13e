using System.Diagnostics;
using System.Globalization;
using Postroom.Collect;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>
/// Every misbehaviour seen in the wild, and some nobody hopes to see: what was deleted, what was stored, what was said.
/// A letter goes from the server only when all of it is surely ours.
/// </summary>
public sealed class HostileServerTests(Azurite storage) : IClassFixture<Azurite>
{
    [Theory]
    [InlineData("X: flood x", "line of more than 8192 octets (greeting)")]
    [InlineData("X: lines +OK", "")]
    [InlineData("S: 220 mail.example.net ESMTP", "does not speak POP3")]
    [InlineData("S: -ERR too many connections", "greets with a refusal")]
    [InlineData("X: drop", "the connection broke")]
    [InlineData("X: hang", "said nothing for a minute (greeting)")]
    [InlineData("C: CAPA\nS: +OK\nX: lines X-MORE", "greeting is longer than 65536 octets")]
    [InlineData("C: CAPA\nX: hang", "said nothing for a minute (greeting)")]
    [InlineData("C: PASS *\nX: hang", "said nothing for 2 minutes (log-in)")]
    [InlineData("C: PASS *\nX: flood y", "line of more than 8192 octets (log-in)")]
    [InlineData("C: STAT\nS: +OK many", "does not speak POP3 as it should")]
    [InlineData("C: LIST\nX: flood z", "line of more than 8192 octets (list of letters)")]
    [InlineData("C: LIST\nS: +OK\nX: lines 1 100", "list of letters is longer than 33554432 octets")]
    [InlineData("C: UIDL\nS: +OK\nX: lines 1 abcdefgh", "list of letters is longer than 33554432 octets")]
    [InlineData("C: LIST\nS: +OK\nS: 1 100\nX: hang", "said nothing for 2 minutes (list of letters)")]
    [InlineData("C: LIST\nS: -ERR no", "refused a command. It said: -ERR no")]
    public async Task A_server_that_breaks_off_or_never_ends_costs_a_sentence_and_little_memory(string script, string sentence)
    {
        await using var server = new ScriptedServer(script);
        server.Add("one", Letter(1));
        var desk = new PollDesk(storage, server);
        var before = Memory();

        if (sentence.Length == 0)
        {
            await desk.CollectAsync();
        }
        else
        {
            Assert.Contains(sentence, await desk.CollectBadlyAsync(), StringComparison.Ordinal);
            Assert.Empty(desk.Enqueued);
        }

        Assert.Empty(server.Deleted);
        Assert.InRange(Memory() - before, long.MinValue, 200 << 20);
    }

    [Theory]
    [InlineData("S: +OK\nS+ half a let\nX: drop", "the connection broke")]
    [InlineData("S: +OK\nS+ half a let\nX: end", "the connection broke")]
    [InlineData("S: +OK\nS: Subject: x\nX: hang", "said nothing for 2 minutes (letter)")]
    [InlineData("S: -ERR no such message", "will not hand it out; it stays there. It said: -ERR no such message")]
    public async Task A_letter_that_cannot_be_fetched_stays_and_the_others_come(string answer, string sentence)
    {
        await using var server = new ScriptedServer("C: RETR 2\n" + answer);
        server.Add("one", Letter(1)).Add("two", Letter(2)).Add("three", Letter(3));
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Equal([Letter(1), Letter(3)], await desk.StoredAsync());
        Assert.Equal(["one", "three"], server.Deleted.Order(StringComparer.Ordinal));
        var state = await desk.StateAsync();
        Assert.Contains("letter 2", state.Remark, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(sentence, state.Remark, StringComparison.Ordinal);
        Assert.Equal(1, state.LeftOnServer);

        // Whatever it was, it passed.
        server.Script = new("");
        Assert.Equal(1, await desk.CollectWellAsync());
        Assert.Equal(Letter(2), (await desk.StoredAsync())[^1]);
        Assert.Empty(server.Letters);
        Assert.Null((await desk.StateAsync()).Remark);
    }

    [Fact]
    public async Task A_letter_without_end_is_taken_for_too_large_and_stays()
    {
        await using var server = new ScriptedServer("C: RETR 2\nS: +OK\nX: lines xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        server.Add("one", Letter(1)).Add("two", Letter(2)).Add("three", Letter(3));
        var desk = new PollDesk(storage, server, static (s, account) => s[account + "MaxLetterBytes"] = "5000000");
        var before = Memory();

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Equal(["one", "three"], server.Deleted.Order(StringComparer.Ordinal));
        Assert.Equal([Letter(1), Letter(3)], (await desk.StoredAsync()).Where(static l => !l.Contains("Too large", StringComparison.Ordinal)));
        Assert.Single(desk.Enqueued, static l => l.Notice is not null);
        Assert.InRange(Memory() - before, long.MinValue, 200 << 20);

        // It is known by now, and not tried again.
        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal(0, server.Count("RETR"));
        Assert.Single(desk.Enqueued, static l => l.Notice is not null);
    }

    [Fact]
    public async Task A_final_dot_glued_to_the_last_line_ends_the_letter_which_is_delivered_and_stays()
    {
        await using var server = new ScriptedServer("C: RETR 1\nS: +OK\nS: Subject: glued\nS:\nS: the last line.\nX: hang");
        server.Add("one", Letter(1)).Add("two", Letter(2));
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Contains("Subject: glued\r\n\r\nthe last line.\r\n", await desk.StoredAsync());
        Assert.Contains(Letter(2), await desk.StoredAsync());
        Assert.Equal(["two"], server.Deleted);
        Assert.Contains("Letter 1 does not end as RFC 1939 wants it", (await desk.StateAsync()).Remark, StringComparison.Ordinal);

        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal(0, server.Count("RETR"));
    }

    [Theory]
    [InlineData("first\n.\nsecond")]
    [InlineData("first\n.\r\nsecond")]
    [InlineData("first\r\n.\nsecond")]
    [InlineData("a\0b\0\0c")]
    [InlineData("bare\nfeeds\nand\rreturns\r\r\n")]
    [InlineData("..\r\n.\t\r\n. \r\n")]
    public async Task Odd_octets_come_through_as_they_are_and_the_letter_goes(string body)
    {
        var letter = $"Subject: odd\r\n\r\n{body}\r\n";
        await using var server = new ScriptedServer();
        server.Add("one", letter).Add("two", Letter(2));
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Equal([letter, Letter(2)], await desk.StoredAsync());
        Assert.Equal(["one", "two"], server.Deleted.Order(StringComparer.Ordinal));
        Assert.Null((await desk.StateAsync()).Remark);
    }

    [Fact]
    public async Task A_letter_cut_by_a_server_that_speaks_bare_line_feeds_is_delivered_and_stays_for_good()
    {
        // All its lines end so, and within the letter stands what then is its end.
        const string Cut = "C: RETR 1\nS+ +OK\\nSubject: cut\\n\\nfirst\\n.\\nsecond\\n.\\n";
        await using var server = new ScriptedServer("S+ +OK ready\\n\n" + Cut);
        server.Add("one", "Subject: cut\n\nfirst\n.\nsecond\n").Add("two", Letter(2));
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Contains("Subject: cut\n\nfirst\n", await desk.StoredAsync());
        Assert.Contains(Letter(2), await desk.StoredAsync());
        Assert.DoesNotContain("one", server.Deleted);
        Assert.Contains("does not end as RFC 1939 wants it", (await desk.StateAsync()).Remark, StringComparison.Ordinal);

        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal(["two"], server.Deleted);
        Assert.Equal(0, server.Count("RETR 1"));
    }

    [Fact]
    public async Task A_listed_size_that_lies_keeps_the_letter_until_a_second_look_shows_the_same()
    {
        await using var server = new ScriptedServer();
        server.Add("one", Letter(1), listed: 5).Add("two", Letter(2));
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());
        Assert.Equal(["two"], server.Deleted);
        Assert.Contains("listed with 5; it is delivered and stays", (await desk.StateAsync()).Remark, StringComparison.Ordinal);

        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal(["two", "one"], server.Deleted);
        Assert.Equal([Letter(1), Letter(2)], (await desk.StoredAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_whose_sizes_are_always_wrong_is_fetched_twice_once_and_then_believed_no_more()
    {
        await using var server = new ScriptedServer();
        for (var i = 0; i < 40; i++)
            server.Add($"u{i}", Letter(i), listed: Letter(i).Length + 1024);
        var desk = new PollDesk(storage, server);

        Assert.Equal(40, await desk.CollectWellAsync());
        Assert.Empty(server.Deleted);
        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal(40, server.Deleted.Count);

        server.Add("later", Letter(100), listed: 1);
        server.Forget();
        Assert.Equal(1, await desk.CollectWellAsync());
        Assert.Equal(1, server.Count("RETR"));
        Assert.Contains("later", server.Deleted);
        Assert.Equal(41, desk.Enqueued.Count);
    }

    [Fact]
    public async Task Two_times_ok_for_one_letter_leaves_the_letter_as_it_is()
    {
        await using var server = new ScriptedServer("C: RETR *\nS: +OK first\nX: default");
        server.Add("one", Letter(1)).Add("two", Letter(2));
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Equal([Letter(1), Letter(2)], await desk.StoredAsync());
        Assert.Equal(2, server.Deleted.Count);
    }

    [Fact]
    public async Task The_pseudo_letter_of_an_imap_server_is_neither_delivered_nor_deleted()
    {
        await using var server = new ScriptedServer();
        server.Add("zero", "From: Mail System Internal Data <MAILER-DAEMON@mail.example.net>\r\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\r\nMessage-ID: <1@mail.example.net>\r\nX-IMAP: 1111111111 0000000001\r\nStatus: RO\r\n\r\nThis text is part of the internal format of your mail folder.\r\n");
        server.Add("one", Letter(1));
        server.Add("two", "Received: by x\r\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\r\nX-IMAP: 1\r\n\r\nA letter that calls itself one is a letter.\r\n");
        var desk = new PollDesk(storage, server);

        Assert.Equal(2, await desk.CollectWellAsync());

        Assert.Equal(["one", "two"], server.Deleted.Order(StringComparer.Ordinal));
        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal(0, server.Count("RETR"));
    }

    [Theory]
    [InlineData("S: -ERR some deleted messages not removed", "-ERR some deleted messages not removed")]
    [InlineData("X: hang", "It said: nothing.")]
    [InlineData("X: drop", "It said: nothing.")]
    public async Task A_quit_that_is_not_confirmed_is_repeated_and_nothing_comes_twice(string answer, string sentence)
    {
        await using var server = new ScriptedServer("C: QUIT\n" + answer);
        server.Add("one", Letter(1)).Add("two", Letter(2));
        var desk = new PollDesk(storage, server);

        var said = await desk.CollectBadlyAsync();
        Assert.Contains("did not confirm the end of the session", said, StringComparison.Ordinal);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
        Assert.Empty(server.Deleted);
        Assert.Equal(2, desk.Enqueued.Count);

        server.Script = new("");
        server.Forget();
        Assert.Equal(0, await desk.CollectWellAsync());
        Assert.Equal(2, server.Deleted.Count);
        Assert.Equal(2, desk.Enqueued.Count);
        // Their headers prove that they are the ones we have.
        Assert.Equal((0, 2), (server.Count("RETR"), server.Count("TOP")));
    }

    [Fact]
    public async Task A_mailbox_that_changes_while_it_is_listed_loses_nothing()
    {
        // Between LIST and UIDL somebody else deleted the first letter, and the server counts anew.
        await using var server = new ScriptedServer($"""
            C: LIST, once
            S: +OK
            S: 1 10
            S: 2 {Letter(2).Length}
            S: 3 {Letter(33).Length}
            S: .
            C: UIDL, once
            S: +OK
            S: 1 two
            S: 2 three
            S: .
            C: STAT, once
            S: +OK 3 1000
            C: UIDL 1, once
            S: +OK 1 one
            """);
        server.Add("two", Letter(2)).Add("three", Letter(33));
        var desk = new PollDesk(storage, server);

        await desk.CollectAsync();
        for (var i = 0; i < 3; i++)
            await desk.CollectAsync();

        Assert.Equal([Letter(2), Letter(33)], (await desk.StoredAsync()).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(server.Letters);
        // What came again says so, and Deliver looks before it acts.
        Assert.All(desk.Enqueued.GroupBy(static l => l.Id), static same => Assert.All(same.Skip(1), static l => Assert.True(l.Repeat)));
    }

    [Fact]
    public async Task A_list_of_a_million_letters_is_cut_to_what_the_server_counted()
    {
        await using var server = new ScriptedServer("C: LIST\nS: +OK\nX: repeat 1000000 {n} 100\nS: .");
        server.Add("one", Letter(1), listed: 100);
        var desk = new PollDesk(storage, server);

        Assert.Equal(1, await desk.CollectWellAsync());

        Assert.Equal([Letter(1)], await desk.StoredAsync());
    }

    [Fact]
    public async Task A_mailbox_of_a_million_letters_is_listed_within_bounds()
    {
        await using var server = new ScriptedServer("C: STAT\nS: +OK 1000000 100000000\nC: LIST\nS: +OK\nX: repeat 1000000 {n} 100\nS: .\nC: UIDL\nS: +OK\nX: repeat 1000000 {n} id-{n}\nS: .\nC: RETR *\nS: -ERR not today");
        server.Add("one", Letter(1));
        var desk = new PollDesk(storage, server);
        var before = Memory();

        var outcome = await desk.CollectAsync();

        Assert.Equal(0, Assert.IsType<CollectOutcome.Collected>(outcome).Letters);
        Assert.Contains("will not hand it out", (await desk.StateAsync()).Remark, StringComparison.Ordinal);
        Assert.InRange(Memory() - before, long.MinValue, 700 << 20);
    }

    [Fact]
    public async Task Capabilities_that_change_after_the_login_are_asked_for_again()
    {
        await using var server = new ScriptedServer("C: CAPA, once\nS: +OK\nS: SASL CRAM-NOTHING\nS: .");
        server.Add("one", Letter(1));
        var desk = new PollDesk(storage, server, static (s, account) => s[account + "DeleteAfterDays"] = "-1");

        Assert.Equal(1, await desk.CollectWellAsync());
        Assert.Equal(0, await desk.CollectWellAsync());

        Assert.Equal(1, server.Count("UIDL") - server.Count("UIDL 1") - 1);
        Assert.Single(desk.Enqueued);
    }

    internal static string Letter(int number) =>
        $"Received: by mx.example.net id {number}; Mon, 23 Nov 2026 08:00:00 +0000\r\nFrom: <sender@example.net>\r\nSubject: Letter {number}\r\nMessage-ID: <{number.ToString(CultureInfo.InvariantCulture)}@example.net>\r\n\r\nText of letter {number}.\r\n";

    private static long Memory()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
