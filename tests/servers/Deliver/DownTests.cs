using Postroom.Deliver;
using Postroom.Ledger;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>A target that is down for days, by a clock moved by hand, over real storage.</summary>
public sealed class DownTests(Azurite storage) : IClassFixture<Azurite>
{
    private const string Text = "Message-ID: <1@example.net>\r\n\r\nGood morning.\r\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_letter_follows_the_schedule_for_five_days_and_is_then_held_with_a_readable_story()
    {
        await using var office = await OpenAsync(FreePort.Next());
        var start = office.Clock.GetUtcNow();
        var letters = new[] { await office.StoreAsync(Text) };

        while (letters.Length > 0)
        {
            await office.DeliverAsync(letters);
            letters = [.. await office.WaitingAsync()];
            if (letters.Length > 0)
                office.Clock.Advance(office.Waits[^1]);
        }

        Assert.Equal([1, 5, 15, 30, 60, 120, 240, 240], office.Waits.Take(8).Select(static w => w.TotalMinutes));
        Assert.InRange(office.Clock.GetUtcNow() - start, TimeSpan.FromDays(5), TimeSpan.FromDays(5) + TimeSpan.FromHours(4));
        var held = Assert.Single(await office.Shelf.ListAsync(Stop));
        Assert.Contains($"Tried {office.Waits.Count + 1} times since 2026-03-01 08:00:00Z.", held.Reason, StringComparison.Ordinal);
        Assert.Contains("nothing listens there", held.Reason, StringComparison.Ordinal);
        Assert.Equal(LetterState.Held, Assert.Single(await office.Ledger.SearchAsync("anna", Stop)).State);
    }

    [Fact]
    public async Task While_a_target_is_down_one_letter_at_a_time_looks_and_the_others_wait_at_no_cost_until_all_are_drained()
    {
        const int Letters = 100;
        var port = FreePort.Next();
        await using var office = await OpenAsync(port);
        var waiting = new List<Postroom.Queues.DeliverLetter>();
        for (var i = 0; i < Letters; i++)
            waiting.Add(await office.StoreAsync($"Message-ID: <{i}@example.net>\r\n\r\n{i}\r\n"));
        // It goes down with one letter; then all the others come.
        await office.DeliverAsync(waiting[0]);
        waiting = [.. await office.WaitingAsync(), .. waiting.Skip(1)];

        var looks = 1;
        for (var hours = 0; hours < 12; hours++)
        {
            var done = await office.DeliverAsync([.. waiting]);
            looks += done.Count(static d => d.Outcome is DeliveryOutcome.Deferred { Untried: null });
            Assert.Equal(Letters, done.Count);
            Assert.InRange(done.Count(static d => d.Outcome is DeliveryOutcome.Deferred { Untried: null }), 0, 1);
            waiting = await office.WaitingAsync();
            office.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(Letters, waiting.Count);
        Assert.Equal(looks, waiting.Sum(static l => l.Attempts));
        Assert.InRange(looks, 6, 13);
        Assert.All(office.Waits, static w => Assert.InRange(w, TimeSpan.FromSeconds(1), TimeSpan.FromHours(4)));

        await using var back = new Dovecot { Extra = $"service lmtp {{\n  inet_listener again {{\n    port = {port}\n  }}\n}}\n" };
        back.AddUser("anna");
        await back.StartAsync();
        // The first one finds out; the rest follows at full speed.
        await office.DeliverAsync(waiting[0]);
        await office.DeliverAsync([.. waiting.Skip(1)]);

        Assert.Empty(await office.WaitingAsync());
        Assert.Equal(Letters, back.Letters("anna").Count);
        Assert.Empty(await office.Shelf.ListAsync(Stop));
    }

    [Fact]
    public async Task One_target_that_is_down_stops_no_other()
    {
        await using var office = await OpenAsync(FreePort.Next());

        var done = await office.DeliverAsync(await office.StoreAsync(Text), await office.StoreAsync("Another.\r\n", target: "default"));

        Assert.Equal(["Deferred", "Delivered"], done.Select(static d => d.Outcome.GetType().Name).Order());
    }

    private Task<DeliverOffice> OpenAsync(int port) => DeliverOffice.OpenAsync(storage,
        ("Targets__x__Kind", "Lmtp"), ("Targets__x__Host", "127.0.0.1"), ("Targets__x__Port", $"{port}"), ("Targets__x__Security", "None"));
}
