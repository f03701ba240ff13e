namespace Postroom.Accounts;

/// <summary>How an account fares: what the timer, <c>check</c> and the dashboard look at.</summary>
public sealed record AccountState
{
    /// <summary>When the last poll ended; null before the first.</summary>
    public DateTimeOffset? LastPoll { get; init; }

    /// <summary>When a poll last ended well; null if none ever did.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Not before this time again; null: now.</summary>
    public DateTimeOffset? NextPoll { get; init; }

    /// <summary>Polls that failed in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last poll failed, in a sentence with the server's own words; null if it went well.</summary>
    public string? LastError { get; init; }

    /// <summary>What somebody should know although the last poll went well; null if nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>Letters collected so far.</summary>
    public long Letters { get; init; }

    /// <summary>Octets collected so far.</summary>
    public long Octets { get; init; }

    /// <summary>Letters the last complete listing left on the server.</summary>
    public int LeftOnServer { get; init; }

    /// <summary>Until when a session holds the account; null if none does.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>Whether the server ever offered TLS: from then on no password goes without it (the ratchet).</summary>
    public bool SeenTls { get; init; }

    /// <summary>Whether the server's listed sizes turned out wrong for letters that were surely complete, as with Exchange's: then they prove nothing.</summary>
    public bool SizesOff { get; init; }
}
