using Postroom.Hold;
using Postroom.Ledger;
using Xunit;

namespace Postroom.Tests.Servers.Hold;

public sealed class HeldReleaseTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    [Fact]
    public async Task A_letter_nobody_could_place_is_sorted_by_the_header_the_settings_name_now()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage,
            ("UndeterminedRecipient", "Hold"), ("Accounts__office__Multidrop__Header", "X-Real-To"));
        office.Deposit(HoldOffice.Letter("anna", "one"));
        await office.RunAsync();
        var held = Assert.Single(await office.HeldAsync());
        Assert.Empty(await office.TraceAsync("<one@example.net>"));

        office.Settings["Accounts__office__Multidrop__Header"] = "Envelope-to";
        await office.RestartAsync();
        office.Clock.Advance(TimeSpan.FromHours(1));
        Assert.IsType<SentOn.Done>(await office.ReleaseAsync(held));
        Assert.Empty(await office.HeldAsync());
        office.Clock.Advance(TimeSpan.FromMinutes(1));
        await office.ResolveAsync();
        await office.DeliverAsync();

        Assert.Single(office.Desk("anna"));
        var entry = Assert.Single(await office.TraceAsync("<one@example.net>"));
        Assert.Equal((LetterState.Delivered, "Envelope-to"), (entry.State, entry.DecidedBy));
        Assert.Equal([$"Held: {held.Reason}", "Released by root."], entry.Story.Select(static l => l.What));
        Assert.True(entry.Story[0].At < entry.Story[1].At && entry.Story[1].At < entry.Sorted);
    }

    [Fact]
    public async Task A_letter_no_target_took_is_tried_again_at_the_target_there_is_now()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        (office.Settings["Mailboxes__anna__Target"], office.Settings["Targets__old__Path"]) = ("old", Path.Combine(office.Mail, "old"));
        await office.RestartAsync();
        office.Deposit(HoldOffice.Letter("anna", "one"));
        await office.CollectAsync();
        await office.ResolveAsync();
        office.Settings.Remove("Targets__old__Path");
        office.Settings.Remove("Mailboxes__anna__Target");
        await office.RestartAsync();
        await office.DeliverAsync();
        Assert.Equal(LetterState.Held, Assert.Single(await office.TraceAsync("anna")).State);

        await office.ReleaseAsync(Assert.Single(await office.HeldAsync()));
        Assert.Equal((LetterState.Waiting, "Released by root."), ((await office.TraceAsync("anna")).Single().State, (await office.TraceAsync("anna")).Single().Answer));
        await office.DeliverAsync();

        var entry = Assert.Single(await office.TraceAsync("anna"));
        Assert.Equal((LetterState.Delivered, "default", 2), (entry.State, entry.Target, entry.Story.Count));
        Assert.Single(office.Desk("anna"));
    }

    [Fact]
    public async Task Released_twice_after_a_crash_it_is_delivered_once()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage, ("UnknownRecipient", "Hold"));
        office.Deposit(HoldOffice.Letter("gone", "one"));
        await office.RunAsync();
        var held = Assert.Single(await office.HeldAsync());
        office.Settings["Mailboxes__ben__Addresses"] = "ben@example.com, gone@example.com";
        await office.RestartAsync();

        // The queue is away: nothing may be gone from the shelf.
        office.Requests.Before = static r => { if (r.StartsWith("queue", StringComparison.Ordinal)) throw new InvalidOperationException("The process dies here; no repetition by the SDK."); };
        await Assert.ThrowsAnyAsync<Exception>(() => office.ReleaseAsync(held));
        Assert.Single(await office.HeldAsync());
        // Enqueued, and the shelf was never told.
        office.Requests.Before = static r => { if (r.StartsWith("table", StringComparison.Ordinal)) throw new InvalidOperationException("The process dies here; no repetition by the SDK."); };
        await Assert.ThrowsAnyAsync<Exception>(() => office.ReleaseAsync(held));
        office.Requests.Before = null;
        Assert.Single(await office.HeldAsync());
        await office.ReleaseAsync(held);
        await office.ResolveAsync();
        await office.DeliverAsync();

        Assert.Single(office.Desk("ben"));
        Assert.Empty(await office.HeldAsync());
    }

    [Fact]
    public async Task Still_nobody_s_it_is_held_again_with_its_story()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage, ("UnknownRecipient", "Hold"));
        office.Deposit(HoldOffice.Letter("gone", "one"));
        await office.RunAsync();

        await office.ReleaseAsync(Assert.Single(await office.HeldAsync()));
        await office.ResolveAsync();

        Assert.Equal("Released by root.", Assert.Single(await office.HeldAsync()).Story[^1].What);
    }

    [Fact]
    public async Task Whoever_had_the_letter_before_has_it_once_and_his_row_stays_as_it_was()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage, ("UnknownRecipient", "Hold"));
        office.Deposit(HoldOffice.Letter("anna@example.com, gone", "one"));
        await office.RunAsync();
        var before = Assert.Single(await office.TraceAsync("anna"));
        office.Settings["Mailboxes__ben__Addresses"] = "ben@example.com, gone@example.com";
        await office.RestartAsync();
        office.Clock.Advance(TimeSpan.FromHours(1));

        await office.ReleaseAsync(Assert.Single(await office.HeldAsync()));
        await office.ResolveAsync();
        await office.DeliverAsync();

        Assert.Equal((1, 1), (office.Desk("anna").Count, office.Desk("ben").Count));
        Assert.Equal(before.Last, (await office.TraceAsync("anna")).Single().Last);
    }

    [Fact]
    public async Task Assigned_it_lies_on_that_desk_and_nobody_sweeps_it_before()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage, ("UnknownRecipient", "Hold"), ("RetainDays", "0"));
        office.Deposit(HoldOffice.Letter("anna@example.com, gone", "one"));
        await office.RunAsync();
        var held = Assert.Single(await office.HeldAsync());

        Assert.IsType<SentOn.Refused>(await office.AssignAsync(held, "nobody"));
        Assert.IsType<SentOn.Done>(await office.AssignAsync(held, "BEN"));
        office.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await office.SweepAsync());
        await office.DeliverAsync();

        Assert.Single(office.Desk("ben"));
        var entry = Assert.Single(await office.TraceAsync("ben"));
        Assert.Equal("Assigned to ben by root.", entry.Story[^1].What);
        Assert.Empty(await office.HeldAsync());
    }

    [Fact]
    public async Task Given_to_another_desk_than_the_one_that_could_not_take_it_both_rows_say_so()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "one"));
        await office.CollectAsync();
        await office.ResolveAsync();
        var message = Assert.Single(await office.OutboundAsync());
        await office.DeliverAsync(message with { Letters = [message.Letters[0] with { Target = "gone" }] });

        await office.AssignAsync(Assert.Single(await office.HeldAsync()), "ben");
        await office.DeliverAsync();

        Assert.Single(office.Desk("ben"));
        Assert.Equal([LetterState.Delivered, LetterState.Reassigned], (await office.TraceAsync("<one@example.net>")).Select(static e => e.State).Order());
    }

    [Fact]
    public async Task A_message_nobody_could_read_goes_back_as_it_was()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        await office.Get<PoisonHold>().HoldInboundAsync(new("""{"v":7}"""), TestContext.Current.CancellationToken);
        var held = Assert.Single(await office.HeldAsync());

        Assert.IsType<SentOn.Refused>(await office.AssignAsync(held, "ben"));
        await office.ReleaseAsync(held);

        var message = (await office.Storage.Queues.Inbound.Client.ReceiveMessageAsync(cancellationToken: TestContext.Current.CancellationToken)).Value;
        Assert.Equal("""{"v":7}""", message.MessageText);
        Assert.Empty(await office.HeldAsync());
    }
}
