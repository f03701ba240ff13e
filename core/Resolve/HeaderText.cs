using System.Buffers;

namespace Postroom.Resolve;

/// <summary>Where the bracketed parts of a header value end (RFC 5322 §3.2); each returns the position behind.</summary>
internal static class HeaderText
{
    // A literal holds neither blanks nor brackets (RFC 5321 §4.1.3), so looking for its end stays short.
    private static readonly SearchValues<char> EndsLiteral = SearchValues.Create("[]<>,; \t");

    /// <summary>Behind a comment, nested ones included; the end of the text when it is never closed.</summary>
    public static int AfterComment(string text, int open) =>
        TryAfterComment(text, open, out var after) ? after : text.Length;

    /// <summary>False when the comment is never closed.</summary>
    public static bool TryAfterComment(string text, int open, out int after)
    {
        var depth = 0;
        for (after = open; after < text.Length; after++)
        {
            switch (text[after])
            {
                case '\\':
                    after++;
                    break;
                case '(':
                    depth++;
                    break;
                case ')' when --depth == 0:
                    after++;
                    return true;
            }
        }
        after = text.Length;
        return false;
    }

    /// <summary>Behind a quoted string; the end of the text when it is never closed.</summary>
    public static int AfterQuoted(string text, int open) =>
        TryAfterQuoted(text, open, out var after) ? after : text.Length;

    /// <summary>False when the quoted string is never closed.</summary>
    public static bool TryAfterQuoted(string text, int open, out int after)
    {
        for (after = open + 1; after < text.Length; after++)
        {
            if (text[after] == '\\')
                after++;
            else if (text[after] == '"')
                return ++after > 0;
        }
        after = text.Length;
        return false;
    }

    /// <summary>Behind a domain literal; behind the bracket alone when no literal follows.</summary>
    public static int AfterLiteral(string text, int open)
    {
        var end = text.AsSpan(open + 1).IndexOfAny(EndsLiteral);
        return end >= 0 && text[open + 1 + end] == ']' ? open + end + 2 : open + 1;
    }
}
