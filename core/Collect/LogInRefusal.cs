namespace Postroom.Collect;

/// <summary>What a server means when it does not let us in. "Busy" is never taken for "wrong password".</summary>
internal enum LogInRefusal
{
    /// <summary>It was no refusal of a log-in.</summary>
    None,

    /// <summary>Another session has the mailbox: <c>[IN-USE]</c> (RFC 2449 §8.1.2).</summary>
    InUse,

    /// <summary>Too soon after the last time: <c>[LOGIN-DELAY]</c> (RFC 2449 §8.1.1).</summary>
    TooSoon,

    /// <summary>The server has trouble that passes: <c>[SYS/TEMP]</c> (RFC 3206 §4).</summary>
    Trouble,

    /// <summary>The server has trouble somebody must mend: <c>[SYS/PERM]</c> (RFC 3206 §4).</summary>
    LastingTrouble,

    /// <summary>Name or password are wrong: <c>[AUTH]</c> (RFC 3206 §4).</summary>
    Credentials,

    /// <summary>It did not say.</summary>
    Unsaid,
}

internal static class LogInWords
{
    // What servers without response codes write, mostly about a lock or about how often we come (fetchmail's pop3.c, MailKit #88, #1320).
    private static readonly (string Words, LogInRefusal Meaning)[] Book =
    [
        ("[IN-USE]", LogInRefusal.InUse),
        ("[LOGIN-DELAY]", LogInRefusal.TooSoon),
        ("[SYS/TEMP]", LogInRefusal.Trouble),
        ("[SYS/PERM]", LogInRefusal.LastingTrouble),
        ("[AUTH]", LogInRefusal.Credentials),
        ("too many", LogInRefusal.TooSoon),
        ("too often", LogInRefusal.TooSoon),
        ("too frequent", LogInRefusal.TooSoon),
        ("exceed", LogInRefusal.TooSoon),
        ("minutes", LogInRefusal.TooSoon),
        ("already", LogInRefusal.InUse),
        ("in use", LogInRefusal.InUse),
        ("busy", LogInRefusal.InUse),
        ("temporar", LogInRefusal.Trouble),
        ("unavailable", LogInRefusal.Trouble),
        ("try again", LogInRefusal.Trouble),
        ("try later", LogInRefusal.Trouble),
        ("internal error", LogInRefusal.Trouble),
    ];

    /// <summary>What a server's -ERR to a log-in means.</summary>
    public static LogInRefusal Read(string words)
    {
        foreach (var (known, meaning) in Book)
            if (words.Contains(known, StringComparison.OrdinalIgnoreCase))
                return meaning;
        // "maildrop locked", "unable to lock", but not "account locked": that one needs a person.
        return words.Contains("lock", StringComparison.OrdinalIgnoreCase) && !words.Contains("account", StringComparison.OrdinalIgnoreCase)
            ? LogInRefusal.InUse
            : LogInRefusal.Unsaid;
    }
}
