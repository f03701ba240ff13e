namespace Postroom.Deliver;

/// <summary>A server's reply (RFC 5321 §4.2), with its enhanced status code where it has one (RFC 2034).</summary>
/// <param name="Code">Three digits.</param>
/// <param name="Enhanced">Such as <c>5.1.1</c> (RFC 3463); null if there is none.</param>
/// <param name="Lines">The text of its lines, without the codes.</param>
internal sealed record SmtpReply(int Code, string? Enhanced, IReadOnlyList<string> Lines)
{
    private const int MostWords = 500;

    // Permanent by class, but about today's state of the mailbox or about a server that is set up wrongly: both pass
    // while the letter waits. RFC 3463 §3.3 and §3.4; RFC 5321 §4.2.2 for 552 without a detail, which is a full mailbox
    // as often as a large letter; 421, 500 to 504, 521 and 530 speak of the server, not of the letter.
    private static readonly HashSet<string> Passing = ["5.2.2", "5.3.0", "5.3.1", "5.3.2", "5.3.5"];
    private static readonly HashSet<int> OfTheServer = [421, 454, 500, 502, 503, 504, 521, 530, 534, 535, 538];

    /// <summary>The reply as a person reads it.</summary>
    public string Words
    {
        get
        {
            var text = $"{Code} {(Enhanced is null ? "" : Enhanced + " ")}{string.Join(' ', Lines)}".TrimEnd();
            return text.Length <= MostWords ? text : text[..MostWords];
        }
    }

    public bool IsGood => Code is >= 200 and < 300;

    /// <summary>What it means for the letter it answers.</summary>
    /// <param name="where">The server, for the sentence.</param>
    public DeliveryOutcome Judge(string where)
    {
        var sentence = $"{where}: {Words}";
        if (IsGood)
            return new DeliveryOutcome.Delivered(sentence);
        if (OfTheServer.Contains(Code))
            return new DeliveryOutcome.Deferred(sentence) { TargetDown = true };
        var passing = Enhanced is null ? Code == 552 : Passing.Contains(Enhanced);
        // Where code and enhanced code disagree, the milder one counts.
        return Code >= 500 && !passing && Enhanced?.StartsWith('4') != true
            ? new DeliveryOutcome.Refused(sentence)
            : new DeliveryOutcome.Deferred(sentence);
    }

    /// <summary>Reads the lines of one reply.</summary>
    /// <exception cref="InvalidDataException">This is no reply.</exception>
    public static SmtpReply Parse(IReadOnlyList<string> lines)
    {
        var code = 0;
        string? enhanced = null;
        List<string> texts = [];
        foreach (var line in lines)
        {
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out code) || code is < 200 or > 599 || (line.Length > 3 && line[3] is not (' ' or '-')))
                throw new InvalidDataException($"The server does not speak SMTP or LMTP as it should. It said: {Printable(line)}");
            var text = Printable(line.Length > 4 ? line[4..] : "");
            if (EnhancedOf(text) is { } found)
                (enhanced, text) = (found, text[found.Length..].TrimStart());
            texts.Add(text);
        }

        return new(code, enhanced, texts);
    }

    // class "." subject "." detail (RFC 2034 §4).
    private static string? EnhancedOf(string text)
    {
        var word = text.Split(' ')[0];
        var parts = word.Split('.');
        return parts.Length == 3 && (parts[0] is "2" or "4" or "5") && parts.Skip(1).All(static p => p.Length is >= 1 and <= 3 && p.All(char.IsAsciiDigit)) ? word : null;
    }

    private static string Printable(string text) => string.Concat(text.Where(static c => !char.IsControl(c))).Trim();
}
