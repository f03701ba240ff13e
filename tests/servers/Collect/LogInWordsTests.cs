using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>What a server says at the door, and when we come again.</summary>
public sealed class LogInWordsTests(Azurite storage) : IClassFixture<Azurite>
{
    private const int Interval = 300;

    [Theory]
    [InlineData("-ERR [IN-USE] Do you have another POP session running?", "in use by another program", 1, 60, 0)]
    [InlineData("-ERR maildrop locked", "in use by another program", 1, 60, 0)]
    [InlineData("-ERR [LOGIN-DELAY] minimum time between mail checks violation", "longer pauses", 2 * Interval * 0.9, 2 * Interval * 1.1, 0)]
    [InlineData("-ERR Too many logins, wait 10 minutes", "longer pauses", 2 * Interval * 0.9, 2 * Interval * 1.1, 0)]
    [InlineData("-ERR [SYS/TEMP] disk full", "trouble of its own", Interval * 0.9, Interval * 1.1, 1)]
    [InlineData("-ERR Service unavailable", "trouble of its own", Interval * 0.9, Interval * 1.1, 1)]
    [InlineData("-ERR [SYS/PERM] mailbox is damaged", "somebody must mend", 900, 900, 1)]
    [InlineData("-ERR [AUTH] Authentication failed.", "was refused", 900, 900, 1)]
    [InlineData("-ERR invalid user or password", "was refused", Interval * 0.9, Interval * 1.1, 1)]
    [InlineData("-ERR account locked, call support", "was refused", Interval * 0.9, Interval * 1.1, 1)]
    public async Task A_refused_login_is_told_in_the_servers_words_and_waited_for_as_they_ask(string words, string sentence, double least, double most, int failures)
    {
        await using var server = new ScriptedServer($"C: PASS *\nS: {words}\nX: end");
        server.Add("one", HostileServerTests.Letter(1));
        var desk = new PollDesk(storage, server, static (s, account) => s[account + "Interval"] = $"{Interval}s");

        var said = await desk.CollectBadlyAsync();

        Assert.Contains(sentence, said, StringComparison.Ordinal);
        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.Equal(failures == 1 && sentence == "was refused", said.Contains("__Password", StringComparison.Ordinal));
        var state = await desk.StateAsync();
        Assert.InRange((state.NextPoll! - state.LastPoll!).Value.TotalSeconds, least, most);
        Assert.Equal(failures, state.Failures);
        Assert.Empty(server.Deleted);
    }

    [Fact]
    public async Task Failures_double_the_wait_up_to_a_limit_and_success_forgets_them()
    {
        await using var server = new ScriptedServer("C: PASS *\nS: -ERR [SYS/TEMP] later");
        var desk = new PollDesk(storage, server);
        List<double> waits = [];
        for (var i = 0; i < 7; i++)
        {
            await desk.CollectBadlyAsync();
            var state = await desk.StateAsync();
            waits.Add((state.NextPoll! - state.LastPoll!).Value.TotalSeconds);
        }

        Assert.Equal(2, waits[1] / waits[0], 3);
        Assert.Equal(4, waits[2] / waits[0], 3);
        Assert.Equal(3600, waits[^1], 3);

        server.Script = new("");
        await desk.CollectWellAsync();
        var well = await desk.StateAsync();
        Assert.Equal((0, null), (well.Failures, well.LastError));
        Assert.Equal(waits[0], (well.NextPoll! - well.LastPoll!).Value.TotalSeconds, 3);
    }

    [Fact]
    public async Task The_pause_a_server_announces_is_kept_also_after_success()
    {
        await using var server = new ScriptedServer();
        server.Capabilities.Add("LOGIN-DELAY 1800");
        var desk = new PollDesk(storage, server);

        await desk.CollectWellAsync();

        var state = await desk.StateAsync();
        Assert.Equal(1800, (state.NextPoll! - state.LastPoll!).Value.TotalSeconds, 3);
    }

    [Fact]
    public async Task The_interval_differs_by_a_tenth_at_most_and_is_always_the_same_for_one_account()
    {
        await using var server = new ScriptedServer();
        List<double> waits = [];
        for (var i = 0; i < 12; i++)
        {
            var desk = new PollDesk(storage, server);
            await desk.CollectWellAsync();
            var first = await desk.StateAsync();
            await desk.CollectWellAsync();
            var second = await desk.StateAsync();
            waits.Add((first.NextPoll! - first.LastPoll!).Value.TotalSeconds);
            Assert.Equal(waits[^1], (second.NextPoll! - second.LastPoll!).Value.TotalSeconds, 3);
        }

        Assert.All(waits, static w => Assert.InRange(w, 270, 330));
        Assert.True(waits.Distinct().Count() > 6);
    }
}
