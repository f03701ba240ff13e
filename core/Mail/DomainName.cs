using System.Globalization;
using System.Text;

namespace Postroom.Mail;

/// <summary>A mail domain in the one form that is compared: lower-case A-labels, no dot at the end (RFC 5890 §2.3.2.1).</summary>
public static class DomainName
{
    // RFC 5321 §4.5.3.1.2; a label RFC 1035 §2.3.4.
    private const int Longest = 255;
    private const int LongestLabel = 63;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true, UseStd3AsciiRules = false };

    /// <summary>Brings a domain, or an address literal in brackets, into the compared form.</summary>
    /// <param name="text">The domain as written, without blanks and comments around it.</param>
    /// <param name="domain">The compared form; empty when it is no domain.</param>
    /// <returns>False when no mail could ever carry it.</returns>
    public static bool TryNormalise(ReadOnlySpan<char> text, out string domain)
    {
        domain = "";
        if (text.Length is 0 or > Longest)
            return false;
        if (text[0] == '[')
            return TryLiteral(text, out domain);
        return Ascii.IsValid(text) ? TryAscii(text, out domain) : TryUnicode(text, out domain);
    }

    /// <summary>Whether <paramref name="domain"/> is <paramref name="parent"/> or, when allowed, lies below it at a label boundary.</summary>
    internal static bool IsOrBelow(string domain, string parent, bool below) =>
        domain.Equals(parent, StringComparison.OrdinalIgnoreCase)
        || (below && domain.Length > parent.Length + 1 && domain[0] != '['
            && domain[^(parent.Length + 1)] == '.' && domain.EndsWith(parent, StringComparison.OrdinalIgnoreCase));

    private static bool TryLiteral(ReadOnlySpan<char> text, out string domain)
    {
        domain = "";
        if (text.Length < 3 || text[^1] != ']')
            return false;
        foreach (var c in text[1..^1])
        {
            // dtext (RFC 5321 §4.1.3): visible, and neither bracket nor backslash.
            if (c is <= ' ' or >= '\x7F' or '[' or ']' or '\\')
                return false;
        }
        domain = Lower(text);
        return true;
    }

    private static bool TryAscii(ReadOnlySpan<char> text, out string domain)
    {
        domain = "";
        // A dot at the end names the root; DNS treats both spellings as one name.
        if (text[^1] == '.')
            text = text[..^1];
        var label = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (label == 0)
                    return false;
                label = 0;
            }
            // The underscore is no host name (RFC 1123 §2.1), but Windows networks send it.
            else if (!(char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || ++label > LongestLabel)
            {
                return false;
            }
        }
        if (label == 0)
            return false;
        domain = Lower(text);
        return true;
    }

    private static bool TryUnicode(ReadOnlySpan<char> text, out string domain)
    {
        domain = "";
        var mapped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // Controls, blanks and invisible format characters name nothing a reader could check; the two
            // joiners are part of names in some scripts (RFC 5892 appendix A).
            var category = char.GetUnicodeCategory(c);
            if (category is UnicodeCategory.Control or UnicodeCategory.SpaceSeparator
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                || (category is UnicodeCategory.Format && c is not ('\u200C' or '\u200D')))
                return false;
            mapped.Append(c switch
            {
                // Full-width forms and the ideographic stops are typing variants of ASCII (RFC 5895 §2).
                >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
                '\u3002' or '\uFF61' => '.',
                _ => c,
            });
        }

        try
        {
            // IdnMapping alone would neither fold case nor compose under InvariantGlobalization (measured, .NET 10).
            var composed = LetterComposition.Compose(mapped.ToString().ToLowerInvariant());
            return TryAscii(Idn.GetAscii(composed), out domain) && domain.Length <= Longest;
        }
        catch (ArgumentException)
        {
            // Empty or over-long label, lone surrogate: not a name.
            return false;
        }
    }

    private static string Lower(ReadOnlySpan<char> text) =>
        string.Create(text.Length, text, static (target, source) => Ascii.ToLower(source, target, out _));
}
