using System.Text.Json;
using Postroom.Accounts;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Queues;
using Postroom.Tests.Servers;
using Xunit;

namespace Postroom.Tests.Functions;

/// <summary>Every function hands over to its stage: run as the Functions host runs them, over real storage.</summary>
public sealed class HandOverTests(Azurite azurite) : IClassFixture<Azurite>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_poll_clock_asks_for_every_due_account()
    {
        await using var office = await Office.OpenAsync(azurite);

        await office.StrikeAsync("CollectTimer");

        var asked = (await office.WaitingAsync("collect")).Select(static m => CollectMessage.Read(m).Account);
        Assert.Equal(["anna", "company"], asked.Order());
    }

    [Fact]
    public async Task A_collect_message_polls_its_account()
    {
        await using var office = await Office.OpenAsync(azurite);

        await office.HandOutAsync("Collect", CollectMessage.For("anna", DateTimeOffset.UnixEpoch, forced: false).Write());

        var (account, state) = Assert.Single((await office.Get<AccountBook>().ReadAllAsync(Stop)).States);
        Assert.Equal("anna", account);
        Assert.NotNull(state.LastPoll);
        // Nobody listens there: the poll failed, the function did not.
        Assert.Equal(1, state.Failures);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task An_inbound_message_is_resolved_and_a_second_try_says_so(int tries, bool repeat)
    {
        await using var office = await Office.OpenAsync(azurite);
        var letter = await office.StoreAsync("resolved");

        await office.HandOutAsync("Resolve", InboundMessage.Pack([letter]).Single().Body, tries);

        var sent = Assert.Single(DeliverMessage.Read(Assert.Single(await office.WaitingAsync("deliver"))).Letters);
        Assert.Equal(("resolved", "anna", repeat), (sent.Id, sent.Mailbox, sent.Repeat));
    }

    [Fact]
    public async Task A_deliver_message_puts_the_letter_on_its_desk()
    {
        await using var office = await Office.OpenAsync(azurite);
        var letter = await office.ResolvedAsync("delivered");

        await office.HandOutAsync("Deliver", DeliverMessage.Pack([letter]).Single().Body);

        Assert.EndsWith("Hello.\r\n", await File.ReadAllTextAsync(Assert.Single(office.OnDesk()), Stop), StringComparison.Ordinal);
        Assert.Equal(LetterState.Delivered, (await office.Get<DeliveryLedger>().FindAsync("anna", "delivered", Stop))?.State);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public async Task A_deliver_message_handed_out_again_brings_no_letter_twice(int tries, int letters)
    {
        await using var office = await Office.OpenAsync(azurite);
        var message = DeliverMessage.Pack([await office.ResolvedAsync("twice")]).Single().Body;
        await office.HandOutAsync("Deliver", message);
        // Anna has read it and thrown it away.
        File.Delete(Assert.Single(office.OnDesk()));
        await office.ReplaceInstanceAsync();

        await office.HandOutAsync("Deliver", message, tries);

        Assert.Equal(letters, office.OnDesk().Count);
    }

    [Fact]
    public async Task Poison_of_the_inbound_queue_is_held_letter_by_letter()
    {
        await using var office = await Office.OpenAsync(azurite);
        InboundLetter[] letters = [await office.StoreAsync("one"), await office.StoreAsync("two")];

        await office.HandOutAsync("Poison", InboundMessage.Pack(letters).Single().Body);

        var held = await office.Get<HeldShelf>().ListAsync(Stop);
        Assert.Equal([("inbound", "one", null), ("inbound", "two", null)], held.Select(static h => (h.Queue, h.Letter, h.Mailbox)).Order());
    }

    [Fact]
    public async Task Poison_of_the_deliver_queue_is_held_for_its_desk()
    {
        await using var office = await Office.OpenAsync(azurite);

        await office.HandOutAsync("PoisonDeliver", DeliverMessage.Pack([await office.ResolvedAsync("stuck")]).Single().Body);

        var held = Assert.Single(await office.Get<HeldShelf>().ListAsync(Stop));
        Assert.Equal(("deliver", "stuck", "anna"), (held.Queue, held.Letter, held.Mailbox));
    }

    [Fact]
    public async Task Poison_of_the_collect_queue_holds_nothing_that_can_be_read()
    {
        await using var office = await Office.OpenAsync(azurite);

        await office.HandOutAsync("PoisonCollect", CollectMessage.For("anna", DateTimeOffset.UnixEpoch, forced: false).Write());
        Assert.Empty(await office.Get<HeldShelf>().ListAsync(Stop));

        await office.HandOutAsync("PoisonCollect", BinaryData.FromString("not ours"));
        Assert.Equal("collect", Assert.Single(await office.Get<HeldShelf>().ListAsync(Stop)).Queue);
    }

    [Fact]
    public async Task The_sweep_clock_removes_what_is_delivered()
    {
        await using var office = await Office.OpenAsync(azurite);
        await office.HandOutAsync("Deliver", DeliverMessage.Pack([await office.ResolvedAsync("old")]).Single().Body);
        Assert.True(await office.IsStoredAsync("old"));

        await office.StrikeAsync("Sweep");

        Assert.False(await office.IsStoredAsync("old"));
    }

    [Theory]
    [InlineData("Collect")]
    [InlineData("Resolve")]
    [InlineData("Deliver")]
    public async Task A_message_of_a_later_version_fails_and_becomes_poison(string function)
    {
        await using var office = await Office.OpenAsync(azurite);

        await Assert.ThrowsAnyAsync<JsonException>(() =>
            office.HandOutAsync(function, BinaryData.FromString("""{"v":2,"account":"anna","due":"2026-01-01T00:00:00Z","letters":[]}""")));
    }

    [Theory]
    [InlineData("Collect")]
    [InlineData("Resolve")]
    [InlineData("Deliver")]
    [InlineData("Poison")]
    [InlineData("PoisonDeliver")]
    [InlineData("PoisonCollect")]
    public async Task A_stopped_queue_function_throws_so_that_its_message_stays(string function)
    {
        await using var office = await Office.OpenAsync(azurite);
        var body = function switch
        {
            "Collect" => CollectMessage.For("anna", DateTimeOffset.UnixEpoch, forced: false).Write(),
            "PoisonCollect" => BinaryData.FromString("not ours"),
            "Resolve" or "Poison" => InboundMessage.Pack([await office.StoreAsync("stays")]).Single().Body,
            _ => DeliverMessage.Pack([await office.ResolvedAsync("stays")]).Single().Body,
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => office.HandOutAsync(function, body, stop: new(canceled: true)));
    }

    [Theory]
    [InlineData("CollectTimer")]
    [InlineData("Sweep")]
    public async Task A_stopped_clock_function_does_not_say_it_is_done(string function)
    {
        await using var office = await Office.OpenAsync(azurite);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => office.StrikeAsync(function, new(canceled: true)));
    }
}
