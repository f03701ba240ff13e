namespace Postroom.Cli.Demo;

/// <summary>One letter as the sample provider keeps it: the exact bytes that go over the wire.</summary>
internal sealed class SampleLetter
{
    /// <exception cref="ArgumentException">Some line does not end in CRLF.</exception>
    public SampleLetter(string name, byte[] content)
    {
        // A wire line ends in CRLF (RFC 1939 §3). A letter with other line ends could not be sent
        // byte for byte, so it is refused here instead of being mended on the way.
        if (!content.AsSpan().EndsWith("\r\n"u8) || HasLoneLineEnd(content))
            throw new ArgumentException(
                $"Letter '{name}' has lines that do not end in CRLF. Did a tool convert it? See .gitattributes.", nameof(content));
        Name = name;
        Content = content;
    }

    /// <summary>File name without extension, what the letter is an example of.</summary>
    public string Name { get; }

    /// <summary>The letter, header and body, not dot-stuffed.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    private static bool HasLoneLineEnd(ReadOnlySpan<byte> content)
    {
        for (var at = 0; at < content.Length; at++)
        {
            if (content[at] == '\n' && (at == 0 || content[at - 1] != '\r')) return true;
            if (content[at] == '\r' && (at + 1 == content.Length || content[at + 1] != '\n')) return true;
        }
        return false;
    }
}
