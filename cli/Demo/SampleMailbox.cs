using System.Globalization;
using System.Security.Cryptography;

namespace Postroom.Cli.Demo;

/// <summary>The letters the sample provider keeps under one log-in name.</summary>
internal sealed class SampleMailbox
{
    private readonly Lock _lock = new();
    private List<StoredLetter> _letters;
    private bool _open;

    public SampleMailbox(IEnumerable<SampleLetter> letters)
    {
        // A unique-id is never used again for another letter of the mailbox (RFC 1939 §7). Every start
        // fills new mailboxes, so each takes ids of its own, or a second demo would seem to bring nothing new.
        var run = RandomNumberGenerator.GetHexString(8, lowercase: true);
        _letters = [.. letters.Select((letter, index) =>
            new StoredLetter(string.Create(CultureInfo.InvariantCulture, $"{run}.{index + 1}"), letter))];
    }

    /// <summary>What is in the mailbox now.</summary>
    public IReadOnlyList<SampleLetter> Letters
    {
        get { lock (_lock) return [.. _letters.Select(stored => stored.Letter)]; }
    }

    /// <summary>Takes the exclusive access that a session holds from PASS to its end (RFC 1939 §4); null while another session has it.</summary>
    public OpenMailbox? TryOpen()
    {
        lock (_lock)
        {
            if (_open) return null;
            _open = true;
            return new OpenMailbox(this, [.. _letters]);
        }
    }

    internal void Remove(IReadOnlySet<string> uids)
    {
        lock (_lock) _letters = [.. _letters.Where(stored => !uids.Contains(stored.Uid))];
    }

    internal void Release()
    {
        lock (_lock) _open = false;
    }
}

/// <summary>A letter in its place at the provider.</summary>
/// <param name="Uid">What UIDL tells.</param>
/// <param name="Letter">The letter.</param>
internal sealed record StoredLetter(string Uid, SampleLetter Letter)
{
    /// <summary>Octets, every line end counted as two (RFC 1939 §11); exact, since every line does end in CRLF.</summary>
    public int Size => Letter.Content.Length;
}
