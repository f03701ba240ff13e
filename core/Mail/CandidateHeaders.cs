using System.Text;
using Postroom.Accounts;

namespace Postroom.Mail;

/// <summary>
/// Which header fields of a letter are kept as evidence, and how much of each. Every field has a budget of its own,
/// so that a sender who writes a thousand lines of one cannot push out another.
/// </summary>
public sealed class CandidateHeaders
{
    /// <summary>Evidence of a letter in bytes, all fields together; a queue message holds 64 KB in all.</summary>
    public const int Budget = 32 * 1024;

    // 16 + 12 + 4 × 1 KB: must stay within Budget.
    private const int DecidingBudget = 16 * 1024;
    private const int FallbackBudget = 12 * 1024;
    private const int AlwaysBudget = 1024;

    private static readonly string[] AlwaysKept = ["Message-ID", "Return-Path", "X-Postroom-Id", "Delivered-To"];

    private readonly bool[] _firstBytes = new bool[256];

    private CandidateHeaders(IEnumerable<Field> fields, bool every = false)
    {
        Every = every;
        var known = new List<Field>();
        // The first mention of a name wins: the deciding header may also be one that is always kept.
        foreach (var field in fields)
        {
            if (field.Name.Length > 0 && !known.Exists(k => k.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase)))
                known.Add(field);
        }
        if (!known.Exists(k => k.IsReceived))
            known.Add(new Field("Received", 0, KeepLast: false));
        Fields = [.. known];
        Array.Fill(_firstBytes, every);
        _firstBytes[' '] = _firstBytes['\t'] = false;
        _firstBytes['\r'] = _firstBytes['\n'] = true;
        LongestName = every ? LongestAnyName : Fields.Max(f => f.Name.Length);
        foreach (var field in Fields)
            _firstBytes[(byte)char.ToLowerInvariant(field.Name[0])] = _firstBytes[(byte)char.ToUpperInvariant(field.Name[0])] = true;
    }

    /// <summary>What is kept of every letter, whichever door it came in by.</summary>
    public static CandidateHeaders Always { get; } =
        new(AlwaysKept.Select(name => new Field(name, AlwaysBudget, KeepLast: false)));

    /// <summary>All fields with any name up to 76 bytes, top to bottom within <see cref="Budget"/>: what the doctor samples.</summary>
    public static CandidateHeaders All { get; } = new(
        [new Field("*", Budget - FallbackBudget, KeepLast: false), new Field("Received", FallbackBudget, KeepLast: false)], every: true);

    internal Field[] Fields { get; }

    /// <summary>Whether fields of any other name are kept too, in the first budget.</summary>
    internal bool Every { get; }

    /// <summary>Bytes after which a line without a colon cannot be a candidate any more.</summary>
    internal int LongestName { get; }

    // RFC 5322 §2.1.1: a line of 78 with a colon and one byte of text.
    private const int LongestAnyName = 76;

    /// <summary>What must be kept so that the account's mode and fallback can decide without the letter.</summary>
    /// <param name="account">Single drop or multidrop.</param>
    public static CandidateHeaders For(Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (account.Multidrop is not { } multidrop)
            return Always;

        var fields = new List<Field>
        {
            new(multidrop.FieldName, DecidingBudget, multidrop.Occurrence == Occurrence.Last && multidrop.Mode != MultidropMode.Received),
        };
        if (multidrop.Fallback == Fallback.Received)
        {
            fields.Add(new Field("Received", FallbackBudget, KeepLast: false));
        }
        else if (multidrop.Fallback == Fallback.To)
        {
            fields.Add(new Field("To", FallbackBudget / 2, KeepLast: false));
            fields.Add(new Field("Cc", FallbackBudget / 2, KeepLast: false));
        }
        fields.AddRange(Always.Fields.Where(f => f.Budget > 0));
        return new CandidateHeaders(fields);
    }

    /// <summary>Whether a line that begins with this byte can be a candidate, or the end of the header; a blank continues the line above.</summary>
    internal bool DeservesALook(byte first) => _firstBytes[first];

    /// <summary>Index in <see cref="Fields"/> of the field with exactly this name, without case; -1: none.</summary>
    internal int Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(name, Fields[i].Name))
                return i;
        }
        return Every ? 0 : -1;
    }

    /// <summary>One field name and what may be kept of it.</summary>
    /// <param name="Name">Name without colon.</param>
    /// <param name="Budget">Bytes of evidence; 0: only counted.</param>
    /// <param name="KeepLast">Whether half the budget belongs to the lowest lines.</param>
    internal sealed record Field(string Name, int Budget, bool KeepLast)
    {
        public bool IsReceived { get; } = Name.Equals("Received", StringComparison.OrdinalIgnoreCase);
    }
}
