using Microsoft.Extensions.Logging;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Deliver;

/// <summary>
/// Puts resolved letters on their desks. Each letter of a message succeeds, waits or is held on its own: what waits
/// goes back to the queue as a message of its own, and the message is done only when every letter has its row.
/// </summary>
public sealed partial class Deliverer
{
    // Writing a letter is mostly waiting for storage and disk.
    private const int Together = 8;

    private readonly PostroomSettings settings;
    private readonly OfficeStorage storage;
    private readonly DeliveryLedger ledger;
    private readonly HeldShelf shelf;
    private readonly TimeProvider time;
    private readonly ILogger<Deliverer> log;
    private readonly Dictionary<string, (IDeliveryTarget Target, TargetCircuit Circuit)> targets;
    private readonly CopyWatch copies;
    private readonly LetterTurns turns = new();

    /// <summary>A deliverer for the targets of the settings.</summary>
    public Deliverer(PostroomSettings settings, OfficeStorage storage, DeliveryLedger ledger, HeldShelf shelf, TimeProvider time, ILogger<Deliverer> log)
    {
        (this.settings, this.storage, this.ledger, this.shelf, this.time, this.log) = (settings, storage, ledger, shelf, time, log);
        copies = new(ledger, time);
        targets = settings.Targets.ToDictionary(static t => t.Key, t => (Open(t.Value, time), new TargetCircuit(t.Value.Name, time)), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Delivers every letter of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="again">Whether the queue handed it out before: an earlier worker may have got anywhere.</param>
    /// <param name="stop">Ends the work; what is not done comes again.</param>
    /// <returns>What became of each letter, for those who watch.</returns>
    public async Task<IReadOnlyList<Delivery>> DeliverAsync(DeliverMessage message, bool again, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(message);
        var letters = message.Letters.Select(l => again ? l with { Repeat = true } : l).ToList();
        var outcomes = new DeliveryOutcome[letters.Count];
        await Parallel.ForAsync(0, letters.Count, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = stop },
            async (i, token) => outcomes[i] = await DeliverAsync(letters[i], token));

        var done = letters.Zip(outcomes, static (letter, outcome) => new Delivery(letter, outcome)).ToList();
        var now = time.GetUtcNow();
        await ledger.RecordFinalAsync(done.Select(d => FinalEntry(d, now)).OfType<LedgerEntry>(), stop);
        Checkpoint.Pass(Step.Recorded);
        foreach (var (letter, outcome) in done)
        {
            switch (outcome)
            {
                case DeliveryOutcome.Delivered delivered:
                    LogDelivered(letter.Id, letter.Mailbox, delivered.Answer);
                    break;
                case DeliveryOutcome.Duplicate duplicate:
                    LogDuplicate(letter.Id, letter.Mailbox, duplicate.First);
                    break;
                case DeliveryOutcome.Deferred { Untried: not null }:
                    break;
                case DeliveryOutcome.Deferred deferred:
                    await DeferAsync(letter, deferred.Reason, now, stop);
                    break;
                case DeliveryOutcome.Refused refused:
                    await HoldAsync(letter, refused.Reason, now, stop);
                    break;
            }
        }

        await PutOffAsync(done, now, stop);
        return done;
    }

    private async Task<DeliveryOutcome> DeliverAsync(DeliverLetter letter, CancellationToken stop)
    {
        try
        {
            return await turns.TakeAsync(letter, mine => TryDeliverAsync(mine, stop), stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // Whatever it is, it is not known to be for ever; and the other letters of the message are not to blame.
            LogSurprise(e, letter.Id, letter.Mailbox);
            return new DeliveryOutcome.Deferred($"{e.GetType().Name}: {e.Message}");
        }
    }

    private async Task<DeliveryOutcome> TryDeliverAsync(DeliverLetter letter, CancellationToken stop)
    {
        if (letter.Repeat && await ledger.FindAsync(letter.Mailbox, LedgerEntry.KeyOf(letter.Id, letter.Target, letter.Copy), stop) is { } before)
        {
            if (before.State == LetterState.Delivered)
                return new DeliveryOutcome.Delivered(before.Answer) { Before = true };
            if (before.State == LetterState.Duplicate)
                return new DeliveryOutcome.Duplicate(before.CopyOf ?? "") { Before = true };
        }

        return await copies.OnceAsync(letter, () => HandOverAsync(letter, stop), stop);
    }

    private async Task<DeliveryOutcome> HandOverAsync(DeliverLetter letter, CancellationToken stop)
    {
        if (!targets.TryGetValue(letter.Target, out var target))
            return new DeliveryOutcome.Refused($"There is no target \"{letter.Target}\" any more. Define Targets__{letter.Target}__Kind, then release the letter.");
        return await target.Circuit.PassAsync(() => HandToAsync(target.Target, letter, stop));
    }

    private async Task<DeliveryOutcome> HandToAsync(IDeliveryTarget target, DeliverLetter letter, CancellationToken stop)
    {
        await using var bytes = await storage.Letters.OpenAsync(letter.Blob, stop);
        if (bytes is null)
            return new DeliveryOutcome.Deferred($"The stored letter {letter.Blob} is missing.");
        var provider = letter.Account is { } name ? settings.Accounts.TryGetValue(name, out var account) ? account.Host : name : null;
        var outcome = await target.DeliverAsync(letter, TraceHeaders.For(letter, provider, Environment.MachineName), bytes, stop);
        Checkpoint.Pass(Step.Delivered);
        return outcome;
    }

    private async Task DeferAsync(DeliverLetter letter, string reason, DateTimeOffset now, CancellationToken stop)
    {
        var tried = letter with { Attempts = letter.Attempts + 1, FirstTry = letter.FirstTry ?? now, Repeat = true };
        if (settings.Retry.Next(tried.Attempts, now - tried.FirstTry.Value) is not { } wait)
        {
            await HoldAsync(letter, $"Tried {tried.Attempts} times since {tried.FirstTry:u}. Last answer: {reason}", now, stop);
            return;
        }

        // Queue before ledger: a row without a message would be a letter that waits for ever.
        await storage.Queues.Deliver.SendAsync(DeliverMessage.Pack([tried]).Single().Body, wait, stop);
        await ledger.RecordPendingAsync(LedgerEntry.Of(tried, LetterState.Waiting, reason, now) with { Next = now + wait }, stop);
        LogDeferred(letter.Id, letter.Mailbox, wait, reason);
    }

    // Letters nobody tried wait together, as they were; they are only marked, because this message may come again too.
    private async Task PutOffAsync(List<Delivery> done, DateTimeOffset now, CancellationToken stop)
    {
        var untried = new Dictionary<DeliverLetter, DeliveryOutcome.Deferred>(ReferenceEqualityComparer.Instance);
        foreach (var delivery in done)
        {
            if (delivery.Outcome is DeliveryOutcome.Deferred { Untried: not null } deferred)
                untried.Add(delivery.Letter with { Repeat = true }, deferred);
        }

        foreach (var batch in DeliverMessage.Pack(untried.Keys))
        {
            var wait = batch.Letters.Max(l => untried[l].Untried!.Value);
            await storage.Queues.Deliver.SendAsync(batch.Body, wait, stop);
            foreach (var letter in batch.Letters)
            {
                await ledger.RecordPendingAsync(LedgerEntry.Of(letter, LetterState.Waiting, untried[letter].Reason, now) with { Next = now + wait }, stop);
                LogDeferred(letter.Id, letter.Mailbox, wait, untried[letter].Reason);
            }
        }
    }

    private async Task HoldAsync(DeliverLetter letter, string reason, DateTimeOffset now, CancellationToken stop)
    {
        await shelf.HoldAsync(letter, reason, storage.Queues.Deliver.Name, stop);
        await ledger.RecordPendingAsync(LedgerEntry.Of(letter, LetterState.Held, reason, now), stop);
        LogHeld(letter.Id, letter.Mailbox, reason);
    }

    private static LedgerEntry? FinalEntry(Delivery done, DateTimeOffset now) => done.Outcome switch
    {
        DeliveryOutcome.Delivered { Before: false } delivered =>
            LedgerEntry.Of(done.Letter, LetterState.Delivered, delivered.Answer, now) with { Claim = CopyClaim.KeyOf(done.Letter) },
        DeliveryOutcome.Duplicate { Before: false } duplicate =>
            LedgerEntry.Of(done.Letter, LetterState.Duplicate, $"An equal letter, {duplicate.First}, lies there already: same Message-ID, same text.", now) with { CopyOf = duplicate.First },
        _ => null,
    };

    private static IDeliveryTarget Open(Target target, TimeProvider time) => target.Kind switch
    {
        TargetKind.Maildir => new MaildirTarget(target),
        TargetKind.Imap => new ImapTarget(target, time),
        _ => new SmtpTarget(target, time),
    };
}
