namespace Postroom.Collect;

/// <summary>
/// What one poll learned from sessions that broke, so that the next session does not break at the same place: one bad
/// letter never stops an account. Forgotten when the poll ends.
/// </summary>
internal sealed class PollLessons
{
    // Each may have cost minutes. What is left waits for the next poll.
    private const int Most = 6;

    private readonly HashSet<UInt128> claimed = [];
    private readonly List<string> remarks = [];
    private int learned;

    /// <summary>Whether letters are fetched one by one: then it shows which of them breaks the session.</summary>
    public bool OneByOne { get; private set; }

    /// <summary>Whether the server cannot be asked for headers alone.</summary>
    public bool NoTop { get; private set; }

    /// <summary>Letters that broke a session.</summary>
    public HashSet<ListedLetter> Avoided { get; } = [];

    /// <summary>Letters that turned out larger than may be fetched.</summary>
    public HashSet<ListedLetter> TooLarge { get; } = [];

    /// <summary>Whether there is something the next session would do otherwise.</summary>
    public bool MayTryAgain { get; private set; }

    /// <summary>Letters known again under another UIDL.</summary>
    public int Recognised { get; private set; }

    /// <summary>What the administrator should know although the poll went on; null if nothing.</summary>
    public string? Remark
    {
        get
        {
            string[] all = Recognised == 0 ? [.. remarks] : [$"{Recognised} letters on the server have new UIDLs, as after a move to another server. They were known by their headers and are not delivered again.", .. remarks];
            return all.Length switch
            {
                0 => null,
                <= 3 => string.Join(' ', all),
                _ => $"{string.Join(' ', all.Take(3))} And {all.Length - 3} more.",
            };
        }
    }

    public void Add(string remark)
    {
        // Letters are stored side by side.
        lock (remarks)
            if (!remarks.Contains(remark))
                remarks.Add(remark);
    }

    /// <summary>A session begins: what it may learn counts anew.</summary>
    public void Begin() => MayTryAgain = false;

    public void FetchOneByOne()
    {
        Learn(!OneByOne);
        OneByOne = true;
    }

    public void AskNoHeaders()
    {
        Learn(!NoTop);
        NoTop = true;
    }

    public void Avoid(ListedLetter letter, string remark)
    {
        Learn(Avoided.Add(letter));
        Add(remark);
    }

    public void TakeAsTooLarge(ListedLetter letter) => Learn(TooLarge.Add(letter));

    /// <summary>Something is settled for good, so that another session gets further.</summary>
    public void Settled() => Learn(true);

    /// <summary>Takes a vanished letter's place for one with a new UIDL.</summary>
    /// <returns>False if another letter took it.</returns>
    public bool Claim(UInt128 vanished)
    {
        if (!claimed.Add(vanished))
            return false;
        Recognised++;
        return true;
    }

    private void Learn(bool isNew)
    {
        if (isNew && learned++ < Most)
            MayTryAgain = true;
    }
}
