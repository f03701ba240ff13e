using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>A kind of place letters can be handed over to: Maildir, IMAP, LMTP, SMTP.</summary>
public interface IDeliveryTarget
{
    /// <summary>Hands over one letter.</summary>
    /// <param name="letter">Whose letter it is and what leads its trace headers.</param>
    /// <param name="headers">Our trace headers, ready to stand on top.</param>
    /// <param name="bytes">The letter as it came; handed over unchanged below the headers.</param>
    /// <param name="stop">Ends the wait; the letter then counts as not handed over.</param>
    Task<DeliveryOutcome> DeliverAsync(DeliverLetter letter, ReadOnlyMemory<byte> headers, Stream bytes, CancellationToken stop);
}
