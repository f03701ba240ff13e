using Postroom.Directory;
using Postroom.Ledger;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Hold;

/// <summary>
/// Sends on what a person looked at. Always in this order: into the queue, then into the story, then off the shelf; a
/// crash in between costs a repetition, and those are harmless.
/// </summary>
public sealed class HeldRelease(
    PostroomSettings settings, OfficeStorage storage, HeldShelf shelf, DeliveryLedger ledger, LiveDirectory directory, TimeProvider time)
{
    /// <summary>Lets a letter go the way it was stopped on: sorted again if no desk was found for it, else tried again at its desk.</summary>
    /// <param name="held">What waits.</param>
    /// <param name="who">The person, for the trace.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<SentOn> ReleaseAsync(HeldLetter held, string who, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(held);
        var now = time.GetUtcNow();
        var line = new StoryLine(now, $"Released by {who}.");
        if (held.Letter is null)
        {
            // Nobody could read it, so nobody can add to it: as it was, for a build that can.
            await storage.Queue(held.Queue).SendAsync(new BinaryData(held.Message), null, stop);
            await shelf.SendOnAsync(held with { Story = held.Story.And(line) }, stop);
            return new SentOn.Done(held, line);
        }

        var story = held.Story.And(new(held.Since, $"Held: {held.Reason}"), line);
        if (held.Mailbox is not null)
        {
            var letter = Waiting(held) with { Story = story };
            // The target it was meant for may be the reason: then what the settings say now.
            if (!settings.Targets.ContainsKey(letter.Target))
                letter = letter with { Target = Targets(letter.Mailbox, await directory.CurrentAsync(stop))[0] };
            await SendAsync([letter], stop);
            await ledger.RecordPendingAsync(LedgerEntry.Of(letter, LetterState.Waiting, line.What, now) with { Next = now }, stop);
        }
        else
        {
            if (await WithPresentEvidenceAsync(Inbound(held), stop) is not { } letter)
                return Lost(held);
            var body = InboundMessage.Pack([letter with { Story = story, Released = true, Repeat = true }]).Single().Body;
            await storage.Queues.Inbound.SendAsync(body, null, stop);
        }

        await shelf.SendOnAsync(held with { Story = story }, stop);
        return new SentOn.Done(held, line);
    }

    /// <summary>Gives a letter to a desk, whatever its header says.</summary>
    /// <param name="held">What waits.</param>
    /// <param name="mailbox">The desk.</param>
    /// <param name="who">The person, for the trace.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<SentOn> AssignAsync(HeldLetter held, string mailbox, string who, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(held);
        if (held.Letter is null)
            return new SentOn.Refused(held, "This is a queue message that could not be read, not a letter: release it once a build can read it.");
        var present = await directory.CurrentAsync(stop);
        var desk = present.Mailboxes.FirstOrDefault(m => m.Equals(mailbox, StringComparison.OrdinalIgnoreCase));
        if (desk is null)
            return new SentOn.Refused(held, $"There is no mailbox \"{mailbox}\".");
        var now = time.GetUtcNow();
        var line = new StoryLine(now, $"Assigned to {desk} by {who}.");
        var story = held.Story.And(new(held.Since, $"Held: {held.Reason}"), line);
        var reason = $"{who} gave it to {desk}.";
        if (held.Mailbox is not null)
        {
            var before = Waiting(held);
            List<string> desks = [.. before.Desks.Concat(DeliverLetter.Places(desk, Targets(desk, present))).Distinct(StringComparer.OrdinalIgnoreCase)];
            await SendAsync(Targets(desk, present).Select((target, i) => before with
            {
                Mailbox = desk, Target = target, Copy = i > 0, DecidedBy = "a person", Reason = reason, Undetermined = false,
                Sorted = now, Desks = desks, Story = story, Fingerprint = null,
            }), stop);
            if (!held.Mailbox.Equals(desk, StringComparison.OrdinalIgnoreCase))
                await ledger.RecordPendingAsync(LedgerEntry.Of(before with { Story = story }, LetterState.Reassigned, line.What, now), stop);
        }
        else
        {
            // A person saw it and wants it there: whether an equal one lies there is no longer asked.
            var letter = Inbound(held) with { Story = story, Fingerprint = null, Repeat = true };
            await SendAsync(DeliverLetter.ForDesk(letter, desk, Targets(desk, present), held.Recipient, "a person", reason, false, [.. DeliverLetter.Places(desk, Targets(desk, present))], now), stop);
        }

        await shelf.SendOnAsync(held with { Story = story }, stop);
        return new SentOn.Done(held, line);
    }

    private static InboundLetter Inbound(HeldLetter held) => InboundMessage.Read(new BinaryData(held.Message)).Letters.Single();

    private static DeliverLetter Waiting(HeldLetter held) => DeliverMessage.Read(new BinaryData(held.Message)).Letters.Single();

    private static SentOn.Refused Lost(HeldLetter held) => new(held, $"The stored letter {held.Blob} is missing from the storage account.");

    private static IReadOnlyList<string> Targets(string mailbox, RecipientDirectory present) =>
        present.HasMailbox(mailbox) && present.TargetsOf(mailbox) is { Count: > 0 } targets ? targets : ["default"];

    private Task SendAsync(IEnumerable<DeliverLetter> letters, CancellationToken stop) =>
        Task.WhenAll(DeliverMessage.Pack(letters).Select(batch => storage.Queues.Deliver.SendAsync(batch.Body, null, stop)));

    // The header that decides may be another one than when the letter came: only the letter itself still has it.
    private async Task<InboundLetter?> WithPresentEvidenceAsync(InboundLetter letter, CancellationToken stop)
    {
        await using var bytes = await storage.Letters.OpenAsync(letter.Blob, stop);
        if (bytes is null)
            return null;
        var account = letter.Account is { } name && settings.Accounts.TryGetValue(name, out var known) ? known : null;
        var scanner = new HeaderScanner(account is null ? CandidateHeaders.Always : CandidateHeaders.For(account));
        var buffer = new byte[16384];
        for (int read; !scanner.HeaderEnded && (read = await bytes.ReadAsync(buffer, stop)) > 0;)
            scanner.Write(buffer.AsSpan(0, read));
        return letter with { Evidence = scanner.Finish() };
    }
}
