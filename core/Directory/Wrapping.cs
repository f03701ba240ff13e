using Postroom.Mail;

namespace Postroom.Directory;

/// <summary>Sender addresses that somebody wrapped and that come back as recipients, mostly of bounces. No tag is
/// verified: what comes out is looked up like any address a stranger may write, so a forged one gains nothing.</summary>
internal static class Wrapping
{
    /// <summary>Removes the outermost wrapping.</summary>
    /// <param name="local">What the local part stands for.</param>
    /// <param name="domain">The domain it was in.</param>
    /// <param name="inner">The address inside.</param>
    /// <param name="kind">The scheme's name.</param>
    public static bool TryRemove(string local, string domain, out EmailAddress inner, out string kind)
    {
        ReadOnlySpan<char> text = local;
        if (After(text, "prvs=") is { Length: > 0 } tagged)
        {
            // prvs=tag=user (draft-levine-smtp-batv-01 §3). The tag has no "=", the user may.
            kind = "BATV tag";
            var end = tagged.IndexOf('=');
            return Parse(end > 0 ? tagged[(end + 1)..] : [], domain, out inner);
        }

        if (After(text, "SRS0") is { Length: > 1 } first && IsSeparator(first[0]))
        {
            kind = "SRS0 wrapping";
            return Original(first[1..], out inner);
        }

        if (After(text, "SRS1") is { Length: > 1 } second && IsSeparator(second[0]))
        {
            // SRS1=hash=forwarder==hash=time=domain=user: behind the second "=" stands an SRS0 address without its name.
            kind = "SRS1 wrapping";
            var inside = Behind(Behind(second[1..]));
            return Original(inside.Length > 0 && IsSeparator(inside[0]) ? inside[1..] : inside, out inner);
        }

        // VERP: list+anna=example.com, the list's mail to anna@example.com that came back.
        kind = "VERP wrapping";
        var plus = text.IndexOf('+');
        var equals = text.LastIndexOf('=');
        inner = default;
        return plus > 0 && equals > plus && Parse(text[(plus + 1)..equals], text[(equals + 1)..].ToString(), out inner);
    }

    // hash=time=domain=user; the user may contain more "=".
    private static bool Original(ReadOnlySpan<char> text, out EmailAddress inner)
    {
        var address = Behind(Behind(text));
        var end = address.IndexOf('=');
        inner = default;
        return end > 0 && Parse(address[(end + 1)..], address[..end].ToString(), out inner);
    }

    private static ReadOnlySpan<char> After(ReadOnlySpan<char> text, ReadOnlySpan<char> start) =>
        text.StartsWith(start, StringComparison.OrdinalIgnoreCase) ? text[start.Length..] : [];

    private static ReadOnlySpan<char> Behind(ReadOnlySpan<char> text) =>
        text.IndexOf('=') is >= 0 and var end ? text[(end + 1)..] : [];

    private static bool IsSeparator(char c) => c is '=' or '+' or '-';

    private static bool Parse(ReadOnlySpan<char> local, string domain, out EmailAddress inner)
    {
        inner = default;
        return local.Length > 0 && EmailAddress.TryParse(LocalPart.Write(local, domain), out inner);
    }
}
