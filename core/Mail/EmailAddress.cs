using System.Text;

namespace Postroom.Mail;

/// <summary>
/// A mail address that was checked once, at the edge. The part before the @ stays as written, quotes included;
/// only its owner's directory may interpret it (RFC 5321 §2.3.11).
/// </summary>
/// <remarks>Two addresses are equal when the local parts are the same to the letter and the domains are one.</remarks>
public readonly record struct EmailAddress
{
    // RFC 5321 §4.5.3.1.1 says 64 octets. BATV, SRS and VERP (RFC 5321 §3.4.2 has no word on them) run over it in
    // real mail, and refusing to read such an address would only send its letter to the postmaster.
    private const int LongestLocalPart = 256;

    private readonly string? _localPart;
    private readonly string? _domain;

    private EmailAddress(string localPart, string domain)
    {
        _localPart = localPart;
        _domain = domain;
    }

    /// <summary>What stands before the @, verbatim: case, quotes and quoted-pairs as written; may be Unicode (RFC 6531 §3.3).</summary>
    public string LocalPart => _localPart ?? "";

    /// <summary>Lower-case A-labels without a dot at the end, or an address literal in brackets.</summary>
    public string Domain => _domain ?? "";

    /// <summary>Reads a bare mailbox: local part, @, domain; no display name, comment, route or bracket around it.</summary>
    /// <param name="text">The text, for example <c>"anna maria"@example.com</c>.</param>
    /// <param name="address">The address; default when the text is none.</param>
    /// <returns>False for anything that could not be a mailbox or holds a control character.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out EmailAddress address)
    {
        address = default;
        var at = EndOfLocalPart(text);
        // A second unquoted @ before the last one (user@inner@outer) is an old relay trick, no mailbox: the rest is no domain.
        if (at <= 0 || Encoding.UTF8.GetByteCount(text[..at]) > LongestLocalPart
            || !DomainName.TryNormalise(text[(at + 1)..], out var domain))
            return false;
        address = new EmailAddress(text[..at].ToString(), domain);
        return true;
    }

    /// <summary>Whether the domain is one of <paramref name="domains"/> or, when <paramref name="subdomains"/>, lies below one at a label boundary.</summary>
    /// <param name="domains">Lower-case A-labels.</param>
    /// <param name="subdomains">Whether <c>mail.example.com</c> counts for <c>example.com</c>.</param>
    public bool IsIn(IReadOnlyList<string> domains, bool subdomains)
    {
        ArgumentNullException.ThrowIfNull(domains);
        if (Domain.Length == 0)
            return false;
        for (var i = 0; i < domains.Count; i++)
        {
            if (DomainName.IsOrBelow(Domain, domains[i], subdomains))
                return true;
        }
        return false;
    }

    /// <inheritdoc cref="IsIn(IReadOnlyList{string}, bool)"/>
    /// <param name="domain">One lower-case A-label domain.</param>
    /// <param name="subdomains">Whether hosts below it count.</param>
    public bool IsIn(string domain, bool subdomains) =>
        Domain.Length > 0 && DomainName.IsOrBelow(Domain, domain, subdomains);

    /// <summary>The address as it is written: <c>local@domain</c>.</summary>
    public override string ToString() => _localPart is null ? "" : $"{_localPart}@{_domain}";

    /// <summary>Position of the @ after a well-formed local part; -1 when there is none.</summary>
    private static int EndOfLocalPart(ReadOnlySpan<char> text)
    {
        var wordStart = true;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '@')
                return i;
            if (c == '"')
            {
                // Quoted words may be mixed with plain ones at dots (obs-local-part, RFC 5322 §4.4).
                if (!wordStart || (i = EndOfQuoted(text, i)) < 0
                    || (i + 1 < text.Length && text[i + 1] is not ('.' or '@')))
                    return -1;
                wordStart = false;
            }
            else if (c == '.')
            {
                // Two dots in a row, or one at the end, exist at Japanese mobile carriers.
                wordStart = true;
            }
            else if (IsWordCharacter(text, ref i))
            {
                wordStart = false;
            }
            else
            {
                return -1;
            }
        }
        return -1;
    }

    private static int EndOfQuoted(ReadOnlySpan<char> text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                return -1;
            if (text[i] == '"')
                return i;
            if (text[i] == '\\' && (++i >= text.Length || char.IsControl(text[i])))
                return -1;
        }
        return -1;
    }

    /// <summary>atext (RFC 5322 §3.2.3) or UTF8-non-ascii (RFC 6531 §3.3); never a blank or an invisible separator.</summary>
    private static bool IsWordCharacter(ReadOnlySpan<char> text, ref int i)
    {
        var c = text[i];
        if (char.IsAscii(c))
            return char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal);
        if (char.IsSurrogate(c))
            return char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[++i]);
        return !char.IsControl(c) && !char.IsWhiteSpace(c);
    }
}
