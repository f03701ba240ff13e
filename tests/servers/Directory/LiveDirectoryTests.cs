using Azure.Data.Tables;
using Postroom.Directory;
using Xunit;

namespace Postroom.Tests.Servers.Directory;

public sealed class LiveDirectoryTests(Azurite storage) : IClassFixture<Azurite>, IAsyncLifetime
{
    private static readonly TimeSpan HalfAMinute = TimeSpan.FromSeconds(30);

    private readonly HandClock clock = new();
    private readonly WatchedTransport cable = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DirectoryTable Table => new(storage.Tables, clock);

    public async ValueTask InitializeAsync() => await storage.ClearAsync();

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task Without_a_table_the_settings_count_and_a_letter_costs_nothing()
    {
        var live = Live();
        for (var letter = 0; letter < 1000; letter++)
            Assert.Equal("anna", (await live.CurrentAsync(Stop)).Desks("anna@example.com"));
        Assert.Single(cable.Requests);

        clock.Advance(HalfAMinute);
        await live.CurrentAsync(Stop);
        await live.CurrentAsync(Stop);
        Assert.Equal(2, cable.Requests.Count);
    }

    [Fact]
    public async Task A_changed_address_counts_within_a_minute_in_every_process()
    {
        await Table.ImportAsync(Office.Rows(10, "uwe"));
        LiveDirectory[] processes = [Live(), Live()];
        foreach (var live in processes) Assert.Equal("uwe", (await live.CurrentAsync(Stop)).Desks("first.last000009@example.com"));

        clock.Advance(TimeSpan.FromSeconds(5));
        await Table.ImportAsync(Office.Rows(10, "vera"));
        clock.Advance(HalfAMinute);

        foreach (var live in processes)
        {
            var directory = await live.CurrentAsync(Stop);
            Assert.Equal("vera", directory.Desks("first.last000009@example.com"));
            Assert.Equal("anna", directory.Desks("anna@example.com"));
        }
    }

    [Fact]
    public async Task A_table_that_did_not_change_is_not_read_again()
    {
        await Table.ImportAsync(Office.Rows(50_000, "uwe"));
        var live = Live();
        var first = await live.CurrentAsync(Stop);
        var toRead = cable.Requests.Count;
        Assert.InRange(toRead, 2, 8);

        for (var check = 1; check <= 10; check++)
        {
            clock.Advance(HalfAMinute);
            Assert.Same(first, await live.CurrentAsync(Stop));
            Assert.Equal(toRead + check, cable.Requests.Count);
        }
    }

    [Fact]
    public async Task Letters_that_arrive_together_share_one_look_at_the_table()
    {
        var live = Live();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cable.Before = _ => arrived.Task;
        using var impatient = new CancellationTokenSource();

        var waiting = Enumerable.Range(0, 20).Select(_ => live.CurrentAsync(Stop).AsTask()).ToList();
        var leaving = live.CurrentAsync(impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        arrived.SetResult();

        Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Single(cable.Requests);
    }

    [Fact]
    public async Task While_the_table_cannot_be_read_what_was_read_last_counts()
    {
        await Table.ImportAsync(Office.Rows(10, "uwe"));
        var live = Live();
        var good = await live.CurrentAsync(Stop);
        cable.Requests.Clear();
        cable.Before = _ => throw new IOException("The cable is cut.");

        for (var check = 1; check <= 3; check++)
        {
            clock.Advance(HalfAMinute);
            Assert.Same(good, await live.CurrentAsync(Stop));
            Assert.Same(good, await live.CurrentAsync(Stop));
            Assert.Equal(check, cable.Requests.Count);
        }

        await Table.ImportAsync(Office.Rows(10, "vera"));
        cable.Before = null;
        clock.Advance(HalfAMinute);
        Assert.Equal("vera", (await live.CurrentAsync(Stop)).Desks("first.last000001@example.com"));
    }

    [Fact]
    public async Task Before_the_table_was_read_once_there_is_no_directory()
    {
        await Table.ImportAsync(Office.Rows(10, "uwe"));
        var live = Live();
        cable.Before = _ => throw new IOException("The cable is cut.");
        await Assert.ThrowsAnyAsync<Exception>(() => live.CurrentAsync(Stop).AsTask());

        cable.Before = null;
        Assert.Equal("uwe", (await live.CurrentAsync(Stop)).Desks("first.last000001@example.com"));
    }

    [Fact]
    public async Task A_first_look_at_half_a_generation_is_no_directory()
    {
        await Table.ImportAsync(Office.Rows(50_000, "uwe"));
        var rows = storage.Tables.GetTableClient(DirectoryTable.Name);
        var piece = await rows.QueryAsync<TableEntity>(r => r.RowKey == "000001", cancellationToken: Stop).SingleAsync(Stop);
        await rows.DeleteEntityAsync(piece, cancellationToken: Stop);

        await Assert.ThrowsAsync<InvalidDataException>(() => Live().CurrentAsync(Stop).AsTask());
    }

    [Fact]
    public async Task A_table_that_contradicts_the_settings_is_not_used()
    {
        await Table.ImportAsync("address,mailbox\nuwe@example.com,uwe\nvera@example.com,vera\n");
        var changed = Office.Settings with { Mailboxes = [.. Office.Settings.Mailboxes, new("carl", ["vera@example.com"], [])] };

        var refused = await Assert.ThrowsAsync<DirectoryException>(() => new LiveDirectory(cable.Client(storage), changed, clock).CurrentAsync(Stop).AsTask());

        Assert.Equal(["Directory table: Line 3: vera@example.com already belongs to mailbox carl (Mailboxes__carl__Addresses); remove one of the two, or make a group of both."], refused.Problems);
    }

    [Fact]
    public void Settings_that_contradict_themselves_are_refused_at_once() =>
        Assert.Equal(
            ["Postmaster: nobody is not a mailbox, write the name of one that exists (Mailboxes__nobody__Addresses)."],
            Assert.Throws<DirectoryException>(() => new LiveDirectory(cable.Client(storage), Office.Settings with { Postmaster = "nobody" }, clock)).Problems);

    [Fact]
    public async Task A_table_that_is_gone_does_not_turn_everybody_in_it_away()
    {
        await Table.ImportAsync(Office.Rows(10, "uwe"));
        var live = Live();
        await live.CurrentAsync(Stop);
        await storage.Tables.DeleteTableAsync(DirectoryTable.Name, Stop);
        clock.Advance(HalfAMinute);

        Assert.Equal("uwe", (await live.CurrentAsync(Stop)).Desks("first.last000001@example.com"));
    }

    [Fact]
    public async Task A_table_emptied_on_purpose_is_empty()
    {
        await Table.ImportAsync(Office.Rows(10, "uwe"));
        var live = Live();
        await live.CurrentAsync(Stop);
        await Table.ImportAsync("address,mailbox\n");
        clock.Advance(HalfAMinute);

        Assert.Equal("", (await live.CurrentAsync(Stop)).Desks("first.last000001@example.com"));
    }

    [Fact]
    public async Task A_generation_swept_while_it_is_read_leads_to_the_one_in_use()
    {
        await Table.ImportAsync(Office.Rows(1, "one"));
        var swept = 0;
        cable.Before = async request =>
        {
            // Its name is read, its rows are not yet: two more imports, days apart, sweep it away.
            if (!request.Contains("rows-", StringComparison.Ordinal) || swept++ > 0) return;
            clock.Advance(TimeSpan.FromDays(2));
            await Table.ImportAsync(Office.Rows(1, "two"));
            clock.Advance(TimeSpan.FromDays(2));
            await Table.ImportAsync(Office.Rows(1, "three"));
        };

        Assert.Equal("three", (await Live().CurrentAsync(Stop)).Desks("first.last000000@example.com"));
        Assert.Equal(2, swept);
    }

    private LiveDirectory Live() => new(cable.Client(storage), Office.Settings, clock);
}
