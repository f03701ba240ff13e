using Postroom.Ledger;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>What Sweep removes, over real storage: never what anybody may still need.</summary>
public sealed class SweepTests(Azurite storage) : IClassFixture<Azurite>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_blob_goes_only_when_every_place_of_its_letter_is_done_for_long_and_nobody_holds_it(int seed)
    {
        await using var office = await DeliverOffice.OpenAsync(storage);
        var random = new Random(seed);
        List<(string Blob, bool Goes, string Why)> expected = [];
        for (var i = 0; i < 40; i++)
        {
            var letter = await office.StoreAsync($"{seed} {i}");
            string[] mailboxes = [.. new[] { "anna", "ben", "clara" }.Take(random.Next(1, 4))];
            var places = mailboxes.SelectMany(m => DeliverLetter.Places(m, random.Next(3) == 0 ? ["default", "Archive"] : ["default"])).ToList();
            var goes = true;
            List<string> why = [];
            foreach (var place in places)
            {
                // Mostly done, so that many letters are done everywhere.
                LetterState? state = random.Next(9) switch
                {
                    0 => null,
                    1 => LetterState.Waiting,
                    2 => LetterState.Held,
                    3 => LetterState.Duplicate,
                    4 => LetterState.Reassigned,
                    _ => LetterState.Delivered,
                };
                var days = random.Next(6) == 0 ? random.Next(7) : random.Next(8, 60);
                why.Add($"{place}: {state} {days} days ago");
                goes &= days > 7 && (state is LetterState.Delivered or LetterState.Duplicate or LetterState.Reassigned);
                if (state is not { } there)
                    continue;
                var (mailbox, copy) = DeliverLetter.MailboxAndCopy(place);
                var at = letter with { Mailbox = mailbox, Target = copy ?? "default", Copy = copy is not null, Desks = places };
                var entry = LedgerEntry.Of(at, there, "", office.Clock.GetUtcNow().AddDays(-days));
                if (entry.IsFinal && there != LetterState.Reassigned)
                    await office.Ledger.RecordFinalAsync([entry], Stop);
                else
                    await office.Ledger.RecordPendingAsync(entry, Stop);
            }

            // A row that only says "given to another desk" begins no search.
            goes &= !why.TrueForAll(static w => w.Contains("Reassigned", StringComparison.Ordinal));
            if (random.Next(8) == 0)
            {
                await office.Shelf.HoldAsync(letter with { Mailbox = "dora" }, "looks odd", "deliver", Stop);
                goes = false;
            }

            expected.Add((letter.Blob, goes, string.Join(", ", why)));
        }

        var removed = await office.Sweeper.SweepAsync(Stop);

        foreach (var (blob, goes, why) in expected)
        {
            var stream = await office.Storage.Letters.OpenAsync(blob, Stop);
            Assert.True(goes == (stream is null), $"seed {seed}, {why}: {(goes ? "still there" : "gone")}");
            stream?.Dispose();
        }

        Assert.Contains(expected, static e => e.Goes);
        Assert.Equal(expected.Count(static e => e.Goes), removed);
        Assert.Equal(0, await office.Sweeper.SweepAsync(Stop));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 4)];

    [Fact]
    public async Task A_letter_nobody_tried_at_its_second_target_keeps_its_blob_even_without_retention()
    {
        await using var office = await DeliverOffice.OpenAsync(storage, ("RetainDays", "0"));
        var letter = await office.StoreAsync("two targets", target: "default") with { Desks = [.. DeliverLetter.Places("anna", ["default", "default"])] };
        await office.DeliverAsync(letter);
        office.Clock.Advance(TimeSpan.FromDays(30));

        Assert.Equal(0, await office.Sweeper.SweepAsync(Stop));
        await office.DeliverAsync(letter with { Copy = true });
        office.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await office.Sweeper.SweepAsync(Stop));
        Assert.Null(await office.Storage.Letters.OpenAsync(letter.Blob, Stop));
    }

    [Fact]
    public async Task Rows_whose_blob_is_gone_are_forgotten_after_ninety_days_and_no_others()
    {
        await using var office = await DeliverOffice.OpenAsync(storage);
        await office.DeliverAsync(await office.StoreAsync("done", target: "default"));
        var waits = await office.StoreAsync("waits", target: "default");
        await office.Ledger.RecordPendingAsync(LedgerEntry.Of(waits, LetterState.Waiting, "", office.Clock.GetUtcNow()), Stop);

        office.Clock.Advance(TimeSpan.FromDays(89));
        await office.Sweeper.SweepAsync(Stop);
        Assert.Equal(2, (await office.Ledger.SearchAsync("anna", Stop)).Count);
        office.Clock.Advance(TimeSpan.FromDays(2));
        await office.Sweeper.SweepAsync(Stop);

        Assert.Equal(waits.Id, Assert.Single(await office.Ledger.SearchAsync("anna", Stop)).Letter);
    }

    [Fact]
    public async Task A_blob_without_any_row_is_never_touched_however_old()
    {
        await using var office = await DeliverOffice.OpenAsync(storage);
        var letter = await office.StoreAsync("in a queue for a year");
        office.Clock.Advance(TimeSpan.FromDays(365));

        Assert.Equal(0, await office.Sweeper.SweepAsync(Stop));
        await using var bytes = await office.Storage.Letters.OpenAsync(letter.Blob, Stop);
        Assert.NotNull(bytes);
    }
}
