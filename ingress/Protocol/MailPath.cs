using Postroom.Mail;

namespace Postroom.Receive.Protocol;

/// <summary>A reverse or forward path (RFC 5321 §4.1.2).</summary>
/// <param name="Text">Without brackets and source route; empty for the null path.</param>
/// <param name="Address">The address; default for the null path and for <c>postmaster</c> alone.</param>
internal readonly record struct MailPath(string Text, EmailAddress Address)
{
    private const string Postmaster = "postmaster";

    /// <summary><c>&lt;&gt;</c>: the sender of a notice that must not be answered (RFC 5321 §4.5.5).</summary>
    public bool IsNull => Text.Length == 0;

    /// <summary><c>&lt;postmaster&gt;</c> without a domain, in any case (RFC 5321 §4.5.1).</summary>
    public bool IsPostmaster => Address == default && !IsNull;

    public bool NeedsUtf8 => !System.Text.Ascii.IsValid(Text);

    /// <summary>Reads a path in its brackets.</summary>
    /// <param name="text">Begins with the path; after it comes a blank or nothing.</param>
    /// <param name="path">The path.</param>
    /// <param name="rest">What stands behind it.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out MailPath path, out ReadOnlySpan<char> rest)
    {
        path = default;
        rest = default;
        if (!text.StartsWith('<') || EndOf(text) is var end && end < 0)
            return false;
        rest = text[(end + 1)..];
        if (!rest.IsEmpty && rest[0] != ' ')
            return false;
        var inside = text[1..end];
        if (!TryDropRoute(ref inside))
            return false;
        if (inside.IsEmpty)
        {
            path = new("", default);
            return end == 1;
        }

        if (inside.Equals(Postmaster, StringComparison.OrdinalIgnoreCase))
        {
            path = new(Postmaster, default);
            return true;
        }

        var isAddress = EmailAddress.TryParse(inside, out var address);
        path = new(isAddress ? inside.ToString() : "", address);
        return isAddress;
    }

    // The bracket that is not inside quotes: <"a>b"@example.com> is one address.
    private static int EndOf(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    i++;
                    break;
                case '>' when !quoted:
                    return i;
            }
        }

        return -1;
    }

    // @one,@two:name@domain: read over, never followed (RFC 5321 §4.1.1.3, appendix C). What remains is judged like any other.
    private static bool TryDropRoute(ref ReadOnlySpan<char> inside)
    {
        if (!inside.StartsWith('@'))
            return true;
        while (inside.StartsWith('@'))
        {
            inside = inside[1..];
            var end = inside.StartsWith('[') ? inside.IndexOf(']') + 1 : inside.IndexOfAny(',', ':');
            if (end <= 0 || end >= inside.Length || !DomainName.TryNormalise(inside[..end], out _))
                return false;
            var separator = inside[end];
            inside = inside[(end + 1)..];
            if (separator == ':')
                return !inside.IsEmpty;
            if (separator != ',')
                return false;
        }

        return false;
    }
}
