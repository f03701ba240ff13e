using System.Text;

namespace Postroom.Collect;

/// <summary>
/// Reads the lines of LIST and UIDL as they come. MailKit gives up a whole listing for one line it cannot read: a blank
/// UIDL, a size above 2 GB, a number out of turn. Here such a line costs that line.
/// </summary>
internal sealed class ReplyLines(int letters)
{
    private readonly List<byte> line = [];
    private bool replied;

    /// <summary>Whether the listing came to its end.</summary>
    public bool Ended { get; private set; }

    /// <summary>Number and the rest of each line, for numbers that can be; in the order they came.</summary>
    public List<(int Number, string Text)> Lines { get; } = [];

    public void Write(ReadOnlySpan<byte> said)
    {
        for (var feed = said.IndexOf((byte)'\n'); feed >= 0; feed = said.IndexOf((byte)'\n'))
        {
            line.AddRange(said[..feed]);
            Read(Encoding.UTF8.GetString([.. line]).TrimEnd('\r', ' ', '\t'));
            line.Clear();
            said = said[(feed + 1)..];
        }

        line.AddRange(said);
    }

    private void Read(string text)
    {
        if (!replied)
        {
            replied = true;
            return;
        }

        if (Ended || text == ".")
        {
            Ended = true;
            return;
        }

        // "number, white space, unique-id" (RFC 1939 §7); some write several blanks, or blanks in the id.
        var at = text.AsSpan().TrimStart();
        var digits = at.IndexOfAnyExceptInRange('0', '9');
        // A few more than there are letters, so that a number that comes twice is seen; not a million of the same.
        if (Lines.Count < letters + 100L && int.TryParse(digits < 0 ? at : at[..digits], out var number) && number > 0 && number <= letters)
            Lines.Add((number, digits < 0 ? "" : at[digits..].Trim().ToString()));
    }
}
