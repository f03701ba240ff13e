using Postroom.Mail;

namespace Postroom.Directory;

/// <summary>An address as settings and table write it: <c>anna@example.com</c>, <c>*@example.com</c> or <c>anna@*</c>.</summary>
/// <param name="Local">What the local part stands for; null: any, a catch-all.</param>
/// <param name="Domain">A-label; null: every domain of ours.</param>
internal readonly record struct AddressPattern(string? Local, string? Domain)
{
    /// <summary>Longest address: 64 octets, the at sign, 255 octets (RFC 5321 §4.5.3.1).</summary>
    private const int MaxLength = 320;

    /// <param name="text">What stands in the settings or the row.</param>
    /// <param name="pattern">The parsed pattern.</param>
    /// <param name="remedy">What to write instead, to end a sentence with; empty on success.</param>
    public static bool TryParse(string text, out AddressPattern pattern, out string remedy)
    {
        pattern = default;
        remedy = "";
        text = text.Trim();
        if (text == "*@*")
            remedy = "a catch-all is per domain, write *@example.com for each of them";
        else if (text.StartsWith("*@", StringComparison.Ordinal))
        {
            if (TryParseDomain(text[2..], out var domain))
                pattern = new(null, domain);
            else
                remedy = "write a domain of ours after *@, like *@example.com";
        }
        else if (text.EndsWith("@*", StringComparison.Ordinal))
        {
            // Any domain does: only the part before the at sign is looked at.
            if (EmailAddress.TryParse(text[..^1] + "example.com", out var inAnyDomain) && !inAnyDomain.LocalPart.Contains('*', StringComparison.Ordinal))
                pattern = new(LocalPart.Meaning(inAnyDomain.LocalPart), null);
            else
                remedy = "write a name before @*, like anna@*";
        }
        else if (text.Length > MaxLength || !EmailAddress.TryParse(text, out var address))
            remedy = "write an address like anna@example.com";
        else if (address.LocalPart[0] != '"' && address.LocalPart.Contains('*', StringComparison.Ordinal))
            // Legal in an address, but here it is nearly always meant as a pattern, which there is not.
            remedy = "a star stands alone, as in *@example.com or anna@*; put quotation marks around the part before the at sign if the star belongs to it";
        else
            pattern = new(LocalPart.Meaning(address.LocalPart), address.Domain);

        return remedy.Length == 0;
    }

    /// <summary>A domain as an A-label in lower case (RFC 5890 §2.3.2.1).</summary>
    public static bool TryParseDomain(string text, out string domain)
    {
        var fits = EmailAddress.TryParse($"postmaster@{text.Trim()}", out var address) && address.LocalPart == "postmaster";
        domain = fits ? address.Domain : "";
        return fits;
    }

    public override string ToString() => (Local, Domain) switch
    {
        (null, _) => $"*@{Domain}",
        (_, null) => LocalPart.Write(Local, "*"),
        _ => LocalPart.Write(Local, Domain),
    };
}
