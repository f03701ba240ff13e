namespace Postroom.Cli.Demo;

/// <summary>A mailbox as one session sees it: message numbers stay the same, deletions are only marks until <see cref="Commit"/>.</summary>
internal sealed class OpenMailbox(SampleMailbox mailbox, IReadOnlyList<StoredLetter> letters) : IDisposable
{
    private readonly HashSet<string> _deleted = [];
    private bool _released;

    /// <summary>The letters not marked as deleted, with their message numbers.</summary>
    public IEnumerable<(int Number, StoredLetter Letter)> Present =>
        letters.Select((letter, index) => (index + 1, letter)).Where(entry => !_deleted.Contains(entry.letter.Uid));

    /// <summary>The letter with this message number; null when there is none or it is marked as deleted.</summary>
    public StoredLetter? Find(int number) =>
        number >= 1 && number <= letters.Count && !_deleted.Contains(letters[number - 1].Uid) ? letters[number - 1] : null;

    /// <summary>DELE: marks, nothing more.</summary>
    public void Mark(StoredLetter letter) => _deleted.Add(letter.Uid);

    /// <summary>RSET: takes all marks back.</summary>
    public void Unmark() => _deleted.Clear();

    /// <summary>The UPDATE state (RFC 1939 §6): only here are letters really removed.</summary>
    public void Commit() => mailbox.Remove(_deleted);

    /// <summary>Lets the next session in. Without <see cref="Commit"/> before it everything stays.</summary>
    public void Dispose()
    {
        if (_released) return;
        _released = true;
        mailbox.Release();
    }
}
