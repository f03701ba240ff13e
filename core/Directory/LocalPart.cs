using System.Buffers;
using System.Text;
using Postroom.Mail;

namespace Postroom.Directory;

/// <summary>When two local parts are the same. Ours to decide, since the domains are ours (RFC 5321 §2.3.11): without
/// case, and by what the quotes hold, so <c>"Anna"@</c> is <c>anna@</c>, while <c>"anna b"@</c> needs its quotes.
/// Other people's local parts are kept as they came (RFC 5321 §2.4).</summary>
internal static class LocalPart
{
    public static readonly StringComparer Comparer = StringComparer.OrdinalIgnoreCase;

    // atext and the dot (RFC 5321 §4.1.2, RFC 5322 §3.2.3); beyond ASCII everything (RFC 6531 §3.3).
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(
        [.. Enumerable.Range(0, 128).Select(c => (char)c).Where(c => !char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-/=?^_`{|}~.".Contains(c))]);

    /// <summary>What the local part stands for: its text without quotes and backslashes. The same string where it has none.</summary>
    public static string Meaning(string localPart)
    {
        if (!Ascii.IsValid(localPart))
            // A letter and its accents are one character or several, depending on the keyboard (RFC 6532 §3.1).
            localPart = LetterComposition.Compose(localPart.ToLowerInvariant());
        if (!localPart.Contains('"', StringComparison.Ordinal)) return localPart;

        // Usually all of it is quoted; the old form quotes single words between dots (RFC 5322 §4.4).
        var text = new StringBuilder(localPart.Length);
        for (var i = 0; i < localPart.Length; i++)
        {
            if (localPart[i] == '"') continue;
            if (localPart[i] == '\\' && i + 1 < localPart.Length) i++;
            text.Append(localPart[i]);
        }

        return text.ToString();
    }

    /// <summary>The address as one would write it: quotes only where they are needed (RFC 5321 §4.1.2).</summary>
    public static string Write(ReadOnlySpan<char> meaning, string domain) =>
        meaning.Length > 0 && !meaning.ContainsAny(NeedsQuotes)
            ? $"{meaning}@{domain}"
            : $"\"{meaning.ToString().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"@{domain}";
}
