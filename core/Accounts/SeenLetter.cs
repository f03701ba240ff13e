namespace Postroom.Accounts;

/// <summary>What is known of a letter in a provider's mailbox.</summary>
/// <param name="Since">The day it was first seen.</param>
/// <param name="As">What was done with it.</param>
/// <param name="Header">Digest of its header, by which it is known again under another UIDL, and a stranger under its own; 0: unknown. Of a letter that was too large: the limit it exceeded.</param>
public readonly record struct SeenLetter(DateOnly Since, SeenAs As, ulong Header)
{
    /// <summary>Whether its bytes are stored and enqueued.</summary>
    public bool IsStored => As is SeenAs.Stored or SeenAs.Doubtful;
}

/// <summary>What was done with a letter in a provider's mailbox.</summary>
public enum SeenAs : byte
{
    /// <summary>Stored and enqueued; it may be deleted there when its day has come.</summary>
    Stored,

    /// <summary>Stored and enqueued, but its size disagrees with the server's list: it takes a second look before it may be deleted.</summary>
    Doubtful,

    /// <summary>Nothing more to do, and never to be deleted: what was got of it is delivered, or it is no letter.</summary>
    Kept,

    /// <summary>Too large to be fetched; whom it concerns got a notice.</summary>
    TooLarge,

    /// <summary>No letter in the mailbox but the fingerprint of one collected within a week.</summary>
    Fingerprint = 7,
}
