namespace Postroom.Mail;

/// <summary>What one pass over a letter's header found: all that later stages need, so that none of them reads the letter for it.</summary>
/// <param name="Lines">Candidate lines, top to bottom, at most 32 KB together.</param>
/// <param name="ReceivedCount">Received lines in the whole header; over 50 means a loop.</param>
/// <param name="Truncated">Whether candidates beyond the bound were left out.</param>
public sealed record HeaderEvidence(IReadOnlyList<EvidenceLine> Lines, int ReceivedCount, bool Truncated)
{
    /// <summary>Value of the topmost line of that name, as UTF-8 where it is UTF-8; null if there is none.</summary>
    public string? Text(string name) =>
        Lines.FirstOrDefault(l => string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase))?.Text;

    /// <summary>A letter without any header.</summary>
    public static HeaderEvidence Nothing { get; } = new([], 0, false);
}
