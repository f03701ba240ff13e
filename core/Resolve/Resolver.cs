using Microsoft.Extensions.Logging;
using Postroom.Directory;
using Postroom.Hold;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Resolve;

/// <summary>
/// Finds the desks of stored letters and sends them on. Everything it needs is in the message: no blob is read. A
/// letter that makes trouble goes back alone, so that it fails alone.
/// </summary>
public sealed partial class Resolver(
    PostroomSettings settings, OfficeStorage storage, LiveDirectory directory, HeldShelf shelf, ILogger<Resolver> log)
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
        List<DeliverLetter> onward = [];
        foreach (var letter in message.Letters.Select(l => again ? l with { Repeat = true } : l))
        {
            try
            {
                var sorting = await SortAsync(letter, present, stop);
                sorted.Add(new(letter, sorting));
                var desks = sorting.Desks.Select(static d => d.Mailbox).ToList();
                onward.AddRange(sorting.Desks.SelectMany(desk => Letters(letter, desk, desks, sorting.DecidedBy, present)));
            }
            catch (Exception e) when (message.Letters.Count > 1 && !stop.IsCancellationRequested)
            {
                LogAlone(e, letter.Id);
                await storage.Queues.Inbound.SendAsync(InboundMessage.Pack([letter with { Repeat = true }]).Single().Body, null, stop);
            }
        }

        await Task.WhenAll(DeliverMessage.Pack(onward).Select(batch => storage.Queues.Deliver.SendAsync(batch.Body, null, stop)));
        return sorted;
    }

    private async Task<Sorting> SortAsync(InboundLetter letter, RecipientDirectory present, CancellationToken stop)
    {
        Sorting sorting;
        if (letter.Envelope is not null)
        {
            sorting = Sorter.Sort(letter.Envelope, present);
        }
        else if (letter.Account is { } name && settings.Accounts.TryGetValue(name, out var account))
        {
            sorting = Sorter.Sort(account, letter.Evidence, present);
        }
        else
        {
            var gone = $"It was collected from account \"{letter.Account}\", which is no longer in the settings.";
            sorting = new([], [], [new(null, gone)], "nothing", gone, [gone]);
        }

        foreach (var held in sorting.Held)
        {
            await shelf.HoldAsync(letter, held.Reason, storage.Queues.Inbound.Name, held.Recipient, stop);
            LogHeld(letter.Id, held.Reason);
        }

        LogSorted(letter.Id, sorting.DecidedBy, sorting.Desks.Count);
        return sorting;
    }

    private static IEnumerable<DeliverLetter> Letters(
        InboundLetter letter, SortedDesk desk, List<string> desks, string decidedBy, RecipientDirectory present)
    {
        var targets = present.HasMailbox(desk.Mailbox) ? present.TargetsOf(desk.Mailbox) : [];
        return (targets.Count == 0 ? ["default"] : targets).Select((target, i) => new DeliverLetter
        {
            Id = letter.Id,
            Blob = letter.Blob,
            Size = letter.Size,
            Received = letter.Received,
            Account = letter.Account,
            Session = letter.Session,
            Mailbox = desk.Mailbox,
            Target = target,
            Copy = i > 0,
            Recipient = desk.Recipient,
            Sender = letter.Sender,
            MessageId = letter.MessageId,
            DecidedBy = decidedBy,
            Reason = desk.Reason,
            Undetermined = desk.Undetermined,
            Desks = desks,
            Repeat = letter.Repeat,
        });
    }
}
