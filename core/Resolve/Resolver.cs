using Microsoft.Extensions.Logging;
using Postroom.Directory;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Resolve;

/// <summary>
/// Finds the desks of stored letters and sends them on. Everything it needs is in the message: no blob is read. A
/// letter that makes trouble goes back alone, so that it fails alone.
/// </summary>
public sealed partial class Resolver(
    PostroomSettings settings, OfficeStorage storage, LiveDirectory directory, HeldShelf shelf, DeliveryLedger ledger,
    UnknownTally tally, TimeProvider time, ILogger<Resolver> log)
{
    /// <summary>Resolves every letter of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="again">Whether the queue handed it out before: an earlier worker may have sent some of it on.</param>
    /// <param name="stop">Ends the work; what is not done comes again.</param>
    /// <returns>Who got which letter, for those who watch.</returns>
    public async Task<IReadOnlyList<SortedLetter>> ResolveAsync(InboundMessage message, bool again, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(message);
        var present = await directory.CurrentAsync(stop);
        List<SortedLetter> sorted = [];
        foreach (var letter in message.Letters.Select(l => again ? l with { Repeat = true } : l))
            await ApartAsync(letter, async () => sorted.Add(new(letter, await TurnLoopsAsideAsync(letter, Sort(letter, present), stop))));

        var (folded, notices) = await FoldAsync(sorted, stop);
        List<SortedLetter> done = [];
        List<DeliverLetter> onward = [];
        foreach (var one in folded)
        {
            await ApartAsync(one.Letter, async () =>
            {
                await HoldAsync(one, stop);
                done.Add(one);
                onward.AddRange(Letters(one, present, time.GetUtcNow()));
            });
        }

        foreach (var notice in notices)
            onward.AddRange(await WriteAsync(notice, present, stop));
        await Task.WhenAll(DeliverMessage.Pack(onward).Select(batch => storage.Queues.Deliver.SendAsync(batch.Body, null, stop)));
        Checkpoint.Pass(Step.Resolved);
        return done;

        async Task ApartAsync(InboundLetter letter, Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (Exception e) when (message.Letters.Count > 1 && !stop.IsCancellationRequested)
            {
                LogAlone(e, letter.Id);
                await storage.Queues.Inbound.SendAsync(InboundMessage.Pack([letter with { Repeat = true }]).Single().Body, null, stop);
            }
        }
    }

    private Sorting Sort(InboundLetter letter, RecipientDirectory present)
    {
        // Whoever releases a letter has seen what it is: one more turn is then wanted.
        var evidence = letter.Released ? letter.Evidence with { ReceivedCount = 0 } : letter.Evidence;
        if (letter.Envelope is not null)
            return Sorter.Sort(letter.Envelope, evidence, present);
        if (letter.Account is { } name && settings.Accounts.TryGetValue(name, out var account))
            return letter.Notice is { } notice ? Sorter.SortNotice(account, notice, present) : Sorter.Sort(account, evidence, present);
        var gone = $"It was collected from account \"{letter.Account}\", which is no longer in the settings.";
        return new([], [], [new(null, gone)], "nothing", gone, [gone]);
    }

    // Our own X-Postroom-Id proves a loop when the ledger knows that letter on the very same desk; on another desk it
    // only shows that somebody passed it on. Delivered-To (RFC 9228 §4) proves nothing in collected mail: the provider
    // writes it himself, with the very address his customer has with us. It costs letters without our header nothing.
    private async Task<Sorting> TurnLoopsAsideAsync(InboundLetter letter, Sorting sorting, CancellationToken stop)
    {
        if (letter.Released)
            return sorting;
        var ids = letter.Evidence.Lines.Where(static l => string.Equals(l.Name, "X-Postroom-Id", StringComparison.OrdinalIgnoreCase))
            .Select(static l => l.Value.Trim()).Where(LetterId.HasForm).Distinct().ToList();
        foreach (var desk in ids.Count == 0 ? [] : sorting.Desks)
        {
            foreach (var id in ids)
            {
                if (await ledger.FindAsync(desk.Mailbox, id, stop) is null)
                    continue;
                var reason = $"It carries X-Postroom-Id {id}: mailbox {desk.Mailbox} had this letter before, so it seems to go round in circles. Find out who forwards it to us, then release it.";
                sorting = Held(sorting, desk, reason);
                break;
            }
        }

        return sorting;
    }

    // Somebody whose address is gone, or was never there, may get a thousand letters a day: the postmaster sees ten.
    private async Task<(List<SortedLetter> Sorted, List<FoldNotice> Notices)> FoldAsync(List<SortedLetter> sorted, CancellationToken stop)
    {
        List<FoldNotice> notices = [];
        var unknown = sorted
            .Where(static s => !s.Letter.Released)
            .SelectMany(static s => s.Sorting.Desks.Where(static d => d.Undetermined && d.Recipient is not null).Select(d => (s.Letter.Id, Desk: d)))
            .GroupBy(static u => u.Desk.Recipient!, StringComparer.OrdinalIgnoreCase);
        foreach (var address in unknown.ToList())
        {
            var count = await tally.CountAsync(address.Key, [.. address.Select(static a => a.Id)], stop);
            if (count.Notice is { } notice)
                notices.Add(notice with { Mailbox = address.First().Desk.Mailbox });
            foreach (var (id, desk) in address.Where(a => !count.Shown.Contains(a.Id)))
            {
                var reason = $"{desk.Reason} The postmaster had {UnknownTally.MostShown} letters for this address within a day; this one is kept here instead.";
                sorted = [.. sorted.Select(s => s.Letter.Id == id ? s with { Sorting = Held(s.Sorting, desk, reason) } : s)];
            }
        }

        return (sorted, notices);
    }

    private static Sorting Held(Sorting sorting, SortedDesk desk, string reason) => sorting with
    {
        Desks = [.. sorting.Desks.Where(d => d != desk)],
        Held = [.. sorting.Held, new(desk.Recipient, reason)],
        Steps = [.. sorting.Steps, reason],
    };

    private async Task HoldAsync(SortedLetter one, CancellationToken stop)
    {
        foreach (var held in one.Sorting.Held)
        {
            await shelf.HoldAsync(one.Letter, held.Reason, storage.Queues.Inbound.Name, held.Recipient, stop);
            LogHeld(one.Letter.Id, held.Reason);
        }

        LogSorted(one.Letter.Id, one.Sorting.DecidedBy, one.Sorting.Desks.Count);
    }

    private static IEnumerable<DeliverLetter> Letters(SortedLetter one, RecipientDirectory present, DateTimeOffset now)
    {
        var desks = one.Sorting.Desks.SelectMany(d => DeliverLetter.Places(d.Mailbox, Targets(d.Mailbox, present))).ToList();
        return one.Sorting.Desks.SelectMany(desk => DeliverLetter.ForDesk(
            one.Letter, desk.Mailbox, Targets(desk.Mailbox, present), desk.Recipient, one.Sorting.DecidedBy, desk.Reason, desk.Undetermined, desks, now));
    }

    private static IReadOnlyList<string> Targets(string mailbox, RecipientDirectory present) =>
        present.HasMailbox(mailbox) ? present.TargetsOf(mailbox) : [];

    // A letter like any other: stored once under a derived id, so that a repetition writes nothing new.
    private async Task<IEnumerable<DeliverLetter>> WriteAsync(FoldNotice notice, RecipientDirectory present, CancellationToken stop)
    {
        var bytes = notice.Write();
        var blob = LetterStore.BlobName(notice.Id);
        using var stream = new MemoryStream(bytes);
        await storage.Letters.PutAsync(blob, stream, stop);
        LogNotice(notice.Id, notice.Mailbox);
        var letter = new InboundLetter
        {
            Id = notice.Id, Blob = blob, Size = bytes.Length, Received = notice.At, Envelope = new("", []),
            Evidence = new([new("Message-ID", notice.MessageId, false)], 0, false), Repeat = true,
        };
        return DeliverLetter.ForDesk(letter, notice.Mailbox, Targets(notice.Mailbox, present), null, FoldNotice.DecidedBy,
            "Postroom wrote it: letters for an unknown address are held.", false, [.. DeliverLetter.Places(notice.Mailbox, Targets(notice.Mailbox, present))], notice.At);
    }
}
