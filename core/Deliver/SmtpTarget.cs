using Postroom.Connect;
using Postroom.Mail;
using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>
/// Hands letters to an LMTP server, or to an SMTP server that passes them on. Neither can be asked whether it has a
/// letter already: if its answer to the final dot is lost, the letter is sent again and may arrive twice.
/// </summary>
internal sealed class SmtpTarget(Target target, TimeProvider time, SmtpPatience? patience = null) : IDeliveryTarget
{
    // Servers are fastest at about this many (facts: Dovecot's LMTP doubles from 1 to 16).
    private const int Together = 8;

    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(30);

    private readonly SmtpPatience patience = patience ?? new();
    private readonly ConnectionPool<SmtpSession> pool = new(Together, time);

    public async Task<DeliveryOutcome> DeliverAsync(DeliverLetter letter, ReadOnlyMemory<byte> headers, Stream bytes, CancellationToken stop)
    {
        var recipient = Target.For(letter.Mailbox, target.Recipient ?? Target.Placeholder);
        if (target.Kind == TargetKind.Smtp && !EmailAddress.TryParse(recipient, out _))
            return new DeliveryOutcome.Refused($"\"{recipient}\" is not an address. Look at Targets__{target.Name}__Recipient, then release the letter.");
        // What the letter's own lines say about its sender was written by others; what is no address is nobody (<>).
        var sender = EmailAddress.TryParse(letter.Sender, out var known) ? known.ToString() : "";
        var user = target.UserName is { } name ? Target.For(letter.Mailbox, name) : null;

        using var place = await pool.TakeAsync(stop);
        if (place is null)
            return new DeliveryOutcome.Deferred($"{target.Server}: is busy with other letters.") { Untried = Busy };
        var key = user ?? "";
        for (var kept = await place.KeptAsync(key); ; kept = null)
        {
            SmtpSession? session = null;
            try
            {
                session = kept ?? await SmtpSession.OpenAsync(target, user, patience, stop);
                var outcome = await session.SendAsync(sender, recipient, headers, letter.Size, bytes, stop);
                if (session.IsUsable)
                {
                    place.Keep(key, session);
                    session = null;
                }

                return outcome;
            }
            catch (ConnectFailedException e)
            {
                return new DeliveryOutcome.Deferred(e.Message) { TargetDown = !e.IsLogIn || user == target.UserName };
            }
            catch (StoredLetterException e)
            {
                return new DeliveryOutcome.Deferred(e.Message);
            }
            catch (Exception e) when (!stop.IsCancellationRequested && session?.Explain(e) is { } sentence)
            {
                // A connection that was kept may have been closed meanwhile; nothing of the letter was read yet.
                if (kept is not null && session.Progress == SmtpProgress.Asking)
                    continue;
                return session.Progress == SmtpProgress.Ended
                    ? new DeliveryOutcome.Deferred($"{sentence} The whole letter had been sent, so the server may have it; it is sent again and may then arrive twice.")
                    : new DeliveryOutcome.Deferred(sentence) { TargetDown = session.Progress == SmtpProgress.Asking };
            }
            finally
            {
                if (session is not null)
                {
                    session.Abandon();
                    await session.DisposeAsync();
                }
            }
        }
    }
}
