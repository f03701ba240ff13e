namespace Postroom.Collect;

/// <summary>
/// The first "letter" of a mailbox that UW IMAP keeps its own data in. It is not for people, and the mailbox suffers when
/// it is deleted (fetchmail's transact.c).
/// </summary>
internal static class PseudoLetter
{
    /// <summary>Whether it is one, judged narrowly: no sender shall hide a letter by calling it so.</summary>
    public static bool Is(Stream letter)
    {
        Span<byte> top = stackalloc byte[1024];
        var header = top[..letter.ReadAtLeast(top, top.Length, throwOnEndOfStream: false)];
        return header.IndexOf("\r\nReceived:"u8) < 0
            && header.IndexOf("From: Mail System Internal Data <MAILER-DAEMON@"u8) >= 0
            && header.IndexOf("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA"u8) >= 0
            && (header.IndexOf("X-IMAP:"u8) >= 0 || header.IndexOf("X-IMAPbase:"u8) >= 0);
    }
}
