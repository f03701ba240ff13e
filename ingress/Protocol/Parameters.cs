using System.Globalization;

namespace Postroom.Receive.Protocol;

/// <summary>What stands behind the sender.</summary>
internal sealed record MailParameters
{
    /// <summary>The letter's size as announced (RFC 1870 §6); 0: not said.</summary>
    public long Size { get; private set; }

    /// <summary>SMTPUTF8 (RFC 6531 §3.4).</summary>
    public bool Utf8 { get; private set; }

    /// <summary>RET (RFC 3461 §4.3).</summary>
    public string? Return { get; private set; }

    /// <summary>ENVID (RFC 3461 §4.4).</summary>
    public string? EnvelopeId { get; private set; }

    /// <summary>Reads parameters, each behind a blank.</summary>
    /// <returns>What is wrong with them; null if nothing.</returns>
    public static Reply? TryRead(ReadOnlySpan<char> text, out MailParameters parameters)
    {
        var read = parameters = new();
        return ParameterList.Read(text, (name, value) => name switch
        {
            "SIZE" => read.SetSize(value),
            // 7BIT and 8BITMIME (RFC 6152 §2): the bytes stay as they are either way. BINARYMIME needs BDAT.
            "BODY" => value?.ToUpperInvariant() is "7BIT" or "8BITMIME" ? null : Replies.BadArgument,
            "SMTPUTF8" => (read.Utf8 = value is null) ? null : Replies.BadArgument,
            "RET" => (read.Return = value?.ToUpperInvariant()) is "FULL" or "HDRS" ? null : Replies.BadArgument,
            "ENVID" => (read.EnvelopeId = value) is { Length: <= 100 } ? null : Replies.BadArgument,
            _ => Replies.UnknownParameter,
        });
    }

    private Reply? SetSize(string? value)
    {
        if (value is not { Length: > 0 and <= 20 } || !value.All(char.IsAsciiDigit))
            return Replies.BadArgument;
        Size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : long.MaxValue;
        return null;
    }
}

/// <summary>What stands behind a recipient.</summary>
internal sealed record RcptParameters
{
    /// <summary>NOTIFY (RFC 3461 §4.1).</summary>
    public string? Notify { get; private set; }

    /// <summary>ORCPT (RFC 3461 §4.2).</summary>
    public string? Original { get; private set; }

    /// <inheritdoc cref="MailParameters.TryRead"/>
    public static Reply? TryRead(ReadOnlySpan<char> text, out RcptParameters parameters)
    {
        var read = parameters = new();
        return ParameterList.Read(text, (name, value) => name switch
        {
            "NOTIFY" => IsNotify(read.Notify = value?.ToUpperInvariant()) ? null : Replies.BadArgument,
            "ORCPT" => (read.Original = value) is { Length: <= 500 } && value!.IndexOf(';', StringComparison.Ordinal) > 0 ? null : Replies.BadArgument,
            _ => Replies.UnknownParameter,
        });
    }

    private static bool IsNotify(string? value) =>
        value is "NEVER" || value?.Split(',') is { Length: <= 3 } words && words.All(static w => w is "SUCCESS" or "FAILURE" or "DELAY");
}

/// <summary>Words of the form NAME or NAME=value, separated by blanks (RFC 5321 §4.1.2).</summary>
internal static class ParameterList
{
    /// <param name="text">The words.</param>
    /// <param name="take">Told each name, in capitals, and its value; says what is wrong with it.</param>
    public static Reply? Read(ReadOnlySpan<char> text, Func<string, string?, Reply?> take)
    {
        HashSet<string>? seen = null;
        foreach (var range in text.Split(' '))
        {
            var word = text[range];
            if (word.IsEmpty)
                continue;
            // A second "=" belongs to the value: some encode an address there no further.
            var equals = word.IndexOf('=');
            var name = (equals < 0 ? word : word[..equals]).ToString().ToUpperInvariant();
            var value = equals < 0 ? null : word[(equals + 1)..].ToString();
            if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') || name.Length == 0
                || value is not null && (value.Length == 0 || value.Any(static c => c <= ' ' || char.IsControl(c))))
                return Replies.BadArgument;
            if (take(name, value) is { } wrong)
                return wrong;
            if (!(seen ??= []).Add(name))
                return Replies.BadArgument;
        }

        return null;
    }
}
