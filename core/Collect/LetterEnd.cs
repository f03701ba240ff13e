namespace Postroom.Collect;

/// <summary>
/// Keeps MailKit from taking part of a letter for its end. Only CR LF . CR LF ends a letter (RFC 1939 §3), but MailKit
/// also takes LF . LF and the like, cuts the letter there and reads its rest as replies. Here such a dot is doubled, as
/// a server should have done, and MailKit takes one away again: the letter comes through as it is.
/// </summary>
/// <remarks>Not for servers that end their own replies with LF alone: they end letters so too.</remarks>
internal sealed class LetterEnd
{
    private State state = State.LineStart;
    private byte[] guarded = [];
    private bool afterBareFeed;
    private byte last;

    private enum State { Inside, LineStart, Dot, DotReturn }

    /// <summary>Whether the server ends its own lines with CR LF.</summary>
    public bool SpeaksCrLf { get; set; } = true;

    /// <summary>Whether the last octets were a dot at the end of a line with something before it.</summary>
    public bool IsGlued { get; private set; }

    public void Reset() => (state, afterBareFeed, last, IsGlued) = (State.LineStart, false, 0, false);

    /// <summary>What MailKit may see of what came. A dot whose sense is not clear yet waits for what follows.</summary>
    public ReadOnlyMemory<byte> Guard(ReadOnlyMemory<byte> said)
    {
        IsGlued = said.Span.EndsWith(".\r\n"u8) && said.Length > 3 && said.Span[^4] != (byte)'\n';
        if (!SpeaksCrLf)
            return said;
        // Each dot may become two, and two octets may have waited.
        if (guarded.Length < said.Length * 2 + 4)
            guarded = new byte[said.Length * 2 + 4];
        var length = 0;
        foreach (var octet in said.Span)
        {
            switch (state)
            {
                case State.Dot when octet == '\r':
                    state = State.DotReturn;
                    continue;
                case State.Dot:
                    guarded[length++] = (byte)'.';
                    if (octet == '\n')
                        guarded[length++] = (byte)'.';
                    break;
                case State.DotReturn:
                    guarded[length++] = (byte)'.';
                    if (octet == '\n' && afterBareFeed)
                        guarded[length++] = (byte)'.';
                    guarded[length++] = last = (byte)'\r';
                    break;
                case State.LineStart when octet == '.':
                    state = State.Dot;
                    continue;
            }

            guarded[length++] = octet;
            state = octet == '\n' ? State.LineStart : State.Inside;
            if (octet == '\n')
                afterBareFeed = last != '\r';
            last = octet;
        }

        return guarded.AsMemory(0, length);
    }
}
