namespace Postroom.Collect;

/// <summary>How much a server may say, and how long it may take, in one phase of a session. MailKit has no limits of its own.</summary>
/// <param name="Phase">What it is about, for the sentence when it is exceeded.</param>
/// <param name="Octets">Most octets in all.</param>
/// <param name="LineOctets">Most octets in one line.</param>
/// <param name="Silence">Longest wait for the next octet.</param>
/// <param name="Whole">Longest time for all of it, so that a server that drips an octet a minute holds nobody up.</param>
internal sealed record Bound(string Phase, long Octets, long LineOctets, TimeSpan Silence, TimeSpan Whole)
{
    // A reply has at most 512 octets (RFC 1939 §3, RFC 2449 §4); talkative servers exist.
    private const long Line = 8 << 10;
    private const long Unlimited = long.MaxValue;

    // RFC 1939 §3 lets a server close after 10 idle minutes; one that says nothing for two is taken for dead.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Slower than a modem of 1998, and still a letter of 25 MB takes no longer than a lease and a function may.
    private const double LeastOctetsPerSecond = 16_000;
    private static readonly TimeSpan LongestTransfer = TimeSpan.FromMinutes(25);

    /// <summary>Greeting and capabilities.</summary>
    public static Bound Greeting { get; } = new("greeting", 64 << 10, Line, TimeSpan.FromMinutes(1), Patience);

    /// <summary>The TLS handshake, certificates included.</summary>
    public static Bound Handshake { get; } = new("TLS handshake", 1 << 20, Unlimited, TimeSpan.FromMinutes(1), Patience);

    /// <summary>Log-in, the capabilities asked for again behind it (RFC 2449 §5), and the mailbox's count.</summary>
    public static Bound LogIn { get; } = new("log-in", 128 << 10, Line, Patience, Patience * 2);

    /// <summary>One answer to LIST or UIDL.</summary>
    public static Bound Listing { get; } = new("list of letters", 32 << 20, Line, Patience, Patience * 5);

    /// <summary>Replies to DELE, NOOP or QUIT.</summary>
    /// <param name="commands">How many were sent together.</param>
    public static Bound Replies(int commands) => new("reply", commands * Line, Line, Patience, Patience * 2);

    /// <summary>Headers by TOP.</summary>
    /// <param name="letters">How many were asked for together.</param>
    public static Bound Headers(int letters) => new("answer to TOP", Most(1 << 20, letters * (256L << 10)), Unlimited, Patience, Patience * 5);

    /// <summary>Letters by RETR.</summary>
    /// <param name="octets">Most octets of all of them together.</param>
    public static Bound Letters(long octets)
    {
        var whole = TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(octets / LeastOctetsPerSecond);
        return new("letter", octets, Unlimited, Patience, whole < LongestTransfer ? whole : LongestTransfer) { HoldsLetters = true };
    }

    /// <summary>Whether what comes are letters: then what looks like their end is looked at closely.</summary>
    public bool HoldsLetters { get; private init; }

    private static long Most(long one, long other) => Math.Max(one, other);
}
