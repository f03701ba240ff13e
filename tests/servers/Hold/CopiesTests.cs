using Postroom.Deliver;
using Postroom.Ledger;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Servers.Hold;

/// <summary>Copies the provider stores of one letter; docs/decisions/0005-copies.md.</summary>
public sealed class CopiesTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    private const string Hop = "Received: from elsewhere.example.net by mx.example.net;\r\n\tMon, 23 Nov 2026 08:00:01 +0000\r\n";

    [Fact]
    public async Task Copies_for_different_recipients_are_all_delivered()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "one"), HoldOffice.Letter("ben", "one"), HoldOffice.Letter("post", "one"));

        await office.RunAsync();

        Assert.Equal((1, 1, 1), (office.Desk("anna").Count, office.Desk("ben").Count, office.Desk("post").Count));
    }

    [Fact]
    public async Task Equal_copies_for_one_recipient_are_delivered_once_and_the_trace_says_so()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "one"), HoldOffice.Letter("anna", "one", header: Hop), HoldOffice.Letter("info", "one"));

        await office.RunAsync();

        Assert.Single(office.Desk("anna"));
        var trace = await office.TraceAsync("<one@example.net>");
        var first = Assert.Single(trace, static e => e.State == LetterState.Delivered);
        var copies = trace.Where(static e => e.State == LetterState.Duplicate).ToList();
        Assert.Equal(2, copies.Count);
        Assert.All(copies, c => Assert.Equal(first.Letter, c.CopyOf));
        Assert.All(copies, c => Assert.Contains(first.Letter, c.Answer, StringComparison.Ordinal));
        Assert.Equal(3, trace.Select(static e => e.Letter).Distinct().Count());
    }

    [Fact]
    public async Task A_letter_to_a_group_and_to_a_member_of_it_lies_once_on_each_desk()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("sales", "one"), HoldOffice.Letter("ben", "one"));

        await office.RunAsync();

        Assert.Equal((1, 1), (office.Desk("anna").Count, office.Desk("ben").Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_that_comes_days_later_is_found_by_the_same_process_and_by_another(bool another)
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "one"));
        await office.RunAsync();

        office.Clock.Advance(TimeSpan.FromDays(6));
        if (another)
            await office.RestartAsync();
        office.Deposit(HoldOffice.Letter("anna", "one", header: Hop));
        await office.RunAsync();

        Assert.Single(office.Desk("anna"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_week_it_is_a_letter_of_its_own(bool another)
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "one"));
        await office.RunAsync();

        office.Clock.Advance(TimeSpan.FromDays(7));
        if (another)
            await office.RestartAsync();
        office.Deposit(HoldOffice.Letter("anna", "one", header: Hop));
        await office.RunAsync();

        Assert.Equal(2, office.Desk("anna").Count);
    }

    [Theory]
    [InlineData("one", "Another text.\r\n")]
    [InlineData("two", "Good morning.\r\n")]
    public async Task Letters_that_differ_in_text_or_Message_ID_are_no_copies(string id, string body)
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "one"), HoldOffice.Letter("anna", id, body));

        await office.RunAsync();

        Assert.Equal(2, office.Desk("anna").Count);
    }

    [Fact]
    public async Task Letters_without_a_Message_ID_are_no_copies()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", ""), HoldOffice.Letter("anna", "", header: Hop));

        await office.RunAsync();

        Assert.Equal(2, office.Desk("anna").Count);
    }

    [Fact]
    public async Task The_postmaster_sees_each_address_nobody_has()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("gone", "one"), HoldOffice.Letter("never", "one"), HoldOffice.Letter("gone", "one", header: Hop));

        await office.RunAsync();

        var seen = office.Desk("post");
        Assert.Equal(2, seen.Count);
        Assert.Contains(seen, static l => l.Contains("Delivered-To: gone@example.com", StringComparison.Ordinal));
        Assert.Contains(seen, static l => l.Contains("Delivered-To: never@example.com", StringComparison.Ordinal));
        Assert.All(seen, static l => Assert.Contains("X-Postroom-Reason: Nobody has the address", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copies_in_the_hands_of_two_workers_at_once_are_delivered_once()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        var (first, copy) = await TwoMessagesAsync(office);

        for (var round = 0; round < 5; round++)
            await Task.WhenAll(office.DeliverAsync(copy), office.DeliverAsync(first));

        Assert.Single(office.Desk("anna"));
    }

    [Fact]
    public async Task A_worker_that_dies_after_the_target_took_the_letter_loses_neither_it_nor_doubles_its_copy()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        var (first, copy) = await TwoMessagesAsync(office);

        // The letter lies on its desk, and the ledger was never told.
        office.Requests.Before = static r => { if (r.Contains("$batch", StringComparison.Ordinal)) throw new InvalidOperationException("The process dies here; no repetition by the SDK."); };
        await Assert.ThrowsAnyAsync<Exception>(() => office.DeliverAsync(first));
        office.Requests.Before = null;
        await office.RestartAsync();
        Assert.IsType<DeliveryOutcome.Delivered>((await office.DeliverAsync(first, again: true)).Single().Outcome);
        Assert.IsType<DeliveryOutcome.Duplicate>((await office.DeliverAsync(copy)).Single().Outcome);

        Assert.Single(office.Desk("anna"));
        Assert.Equal(LetterState.Delivered, (await office.TraceAsync(first.Letters[0].Id)).Single().State);
    }

    [Fact]
    public async Task A_delivered_letter_that_is_repeated_is_not_its_own_copy()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        var (first, copy) = await TwoMessagesAsync(office);
        await office.DeliverAsync(first);
        await office.DeliverAsync(copy);

        foreach (var again in (bool[])[false, true])
        {
            Assert.IsType<DeliveryOutcome.Delivered>((await office.DeliverAsync(first, again)).Single().Outcome);
            Assert.IsType<DeliveryOutcome.Duplicate>((await office.DeliverAsync(copy, again)).Single().Outcome);
            await office.RestartAsync();
        }

        Assert.Single(office.Desk("anna"));
    }

    [Fact]
    public async Task A_letter_whose_like_went_elsewhere_is_not_its_own_copy_when_its_message_is_there_twice()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        var (_, copy) = await TwoMessagesAsync(office);
        await office.DeliverAsync(copy);
        await office.RestartAsync();

        Assert.IsType<DeliveryOutcome.Delivered>((await office.DeliverAsync(copy)).Single().Outcome);

        Assert.Equal(LetterState.Delivered, (await office.TraceAsync(copy.Letters[0].Id)).Single().State);
    }

    [Fact]
    public async Task A_letter_that_waits_holds_its_copy_back_as_little_as_it_is_delivered_after_it()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        var (first, copy) = await TwoMessagesAsync(office);
        // No folder can be made where a file is.
        await File.WriteAllTextAsync(Path.Combine(office.Mail, "anna"), "", TestContext.Current.CancellationToken);
        Assert.IsType<DeliveryOutcome.Deferred>((await office.DeliverAsync(first)).Single().Outcome);
        File.Delete(Path.Combine(office.Mail, "anna"));
        await office.RestartAsync();

        Assert.IsType<DeliveryOutcome.Delivered>((await office.DeliverAsync(copy)).Single().Outcome);
        await office.RestartAsync();
        var late = new DeliverMessage(1, [first.Letters[0] with { Attempts = 1, Repeat = true }]);
        var outcome = Assert.IsType<DeliveryOutcome.Duplicate>((await office.DeliverAsync(late)).Single().Outcome);

        Assert.Equal(copy.Letters[0].Id, outcome.First);
        Assert.Single(office.Desk("anna"));
    }

    [Fact]
    public async Task Sweep_forgets_claims_after_a_week_and_the_letters_of_copies_as_of_others()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "one"), HoldOffice.Letter("anna", "one", header: Hop));
        await office.RunAsync();
        Assert.Equal(3, await RowsAsync());

        office.Clock.Advance(TimeSpan.FromDays(6));
        Assert.Equal(0, await office.SweepAsync());
        Assert.Equal(3, await RowsAsync());
        office.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, await office.SweepAsync());
        Assert.Equal(2, await RowsAsync());

        Task<int> RowsAsync() => storage.Tables.GetTableClient("ledger")
            .QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken).AsTask();
    }

    private static async Task<(DeliverMessage First, DeliverMessage Copy)> TwoMessagesAsync(HoldOffice office)
    {
        office.Deposit(HoldOffice.Letter("anna", "one"));
        await office.CollectAsync();
        office.Deposit(HoldOffice.Letter("anna", "one", header: Hop));
        await office.CollectAsync();
        await office.ResolveAsync();
        var messages = await office.OutboundAsync();
        var (copy, first) = (messages.Single(static m => m.Letters[0].MayBeCopy), messages.Single(static m => !m.Letters[0].MayBeCopy));
        return (first, copy);
    }
}
