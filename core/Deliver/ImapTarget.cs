using Postroom.Connect;
using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>
/// Puts letters into IMAP folders. A letter that may lie there already is looked for by its id first, so that it lies
/// there once, however often a worker dies; unless its reader moved it to another folder in between.
/// </summary>
internal sealed class ImapTarget(Target target, TimeProvider time) : IDeliveryTarget
{
    // Below the ten connections of one user that Dovecot allows from one address.
    private const int Together = 8;

    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(30);

    private readonly ConnectionPool<ImapSession> pool = new(Together, time);

    public async Task<DeliveryOutcome> DeliverAsync(DeliverLetter letter, ReadOnlyMemory<byte> headers, Stream bytes, CancellationToken stop)
    {
        var user = Target.For(letter.Mailbox, target.UserName!);
        var folder = Target.For(letter.Mailbox, target.Folder!);
        using var place = await pool.TakeAsync(stop);
        if (place is null)
            return new DeliveryOutcome.Deferred($"{target.Server}: is busy with other letters.") { Untried = Busy };
        try
        {
            using var spool = await LetterSpool.FillAsync(headers, letter.Size, bytes, stop);
            return await PutAsync(place, user, folder, letter, spool, stop);
        }
        catch (StoredLetterException e)
        {
            return new DeliveryOutcome.Deferred(e.Message);
        }
    }

    private async Task<DeliveryOutcome> PutAsync(ConnectionPool<ImapSession>.Place place, string user, string folder, DeliverLetter letter, LetterSpool spool, CancellationToken stop)
    {
        var lookFirst = letter.Repeat;
        for (var kept = await place.KeptAsync(user); ; kept = null)
        {
            ImapSession? session = null;
            try
            {
                session = kept ?? await ImapSession.OpenAsync(target, user, stop);
                var outcome = await session.PutAsync(folder, letter, spool, lookFirst, stop);
                if (session.IsUsable)
                {
                    place.Keep(user, session);
                    session = null;
                }

                return outcome;
            }
            catch (ConnectFailedException e)
            {
                return new DeliveryOutcome.Deferred(e.Message) { TargetDown = !e.IsLogIn || user == target.UserName };
            }
            catch (Exception e) when (!stop.IsCancellationRequested && session?.Explain(e) is { } sentence)
            {
                if (kept is null)
                    return new DeliveryOutcome.Deferred(sentence);
                // It may have been closed while it was kept, or just after it took the letter.
                lookFirst = true;
            }
            finally
            {
                if (session is not null)
                    await session.DisposeAsync();
            }
        }
    }
}
