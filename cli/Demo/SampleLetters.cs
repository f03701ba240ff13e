namespace Postroom.Cli.Demo;

/// <summary>The letters that come with the demo, each an example of one kind of mail, in the mailboxes where a provider would keep them.</summary>
internal static class SampleLetters
{
    /// <summary>Where the letters stand among the assembly's resources.</summary>
    public const string ResourceFolder = "letters/";

    /// <summary>Mailbox name at the provider → its letters, by file name, oldest first.</summary>
    public static IReadOnlyDictionary<string, string[]> Names { get; } = new Dictionary<string, string[]>
    {
        ["office"] = ["ordinary", "mailing-list", "blind-copy", "bounce", "nobody-named", "group"],
        ["branch"] = ["qmail"],
        ["anna"] = ["umlauts", "dots"],
    };

    /// <summary>Freshly filled mailboxes, as if all letters had just come in.</summary>
    public static Dictionary<string, SampleMailbox> Fill() =>
        Names.ToDictionary(mailbox => mailbox.Key, mailbox => new SampleMailbox(mailbox.Value.Select(Read)));

    /// <summary>The letter that comes by SMTP, for Clara.</summary>
    public static SampleLetter InPerson() => Read("in-person", "door/");

    private static SampleLetter Read(string name) => Read(name, ResourceFolder);

    private static SampleLetter Read(string name, string folder)
    {
        var resource = $"{folder}{name}.eml";
        using var stream = typeof(SampleLetters).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The sample letter '{resource}' is missing from this build.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new SampleLetter(name, content);
    }
}
