using System.Buffers;
using System.Net;

namespace Postroom.Resolve;

/// <summary>
/// One Received line, read by clause (RFC 5321 §4.4): <c>from HELO (name [address]) by host via … with … id … for &lt;recipient&gt;; date</c>.
/// </summary>
/// <remarks>
/// SECURITY: HELO text, comments and the quoted parts of an address are the sender's; none of them is ever a clause.
/// Before <c>by</c> nothing but comments is special, because a quote or bracket there can only come from a HELO.
/// </remarks>
internal sealed class ReceivedLine
{
    private static readonly SearchValues<char> EndsWord = SearchValues.Create(" \t();<>");
    private static readonly SearchValues<char> FourNumbers = SearchValues.Create("0123456789.");

    private readonly string _text;
    private readonly List<string> _fromWords = [];
    private readonly List<string> _fromComments = [];

    public ReceivedLine(string text)
    {
        _text = text;
        ReadBehindBy(ReadFrom());
    }

    /// <summary>The whole line.</summary>
    public string Text => _text;

    /// <summary>The host that says it wrote the line; empty: none (qmail's own lines).</summary>
    public string By { get; private set; } = "";

    /// <summary>Where <see cref="By"/> stands in the text; -1: nowhere.</summary>
    public int ByPosition { get; private set; } = -1;

    /// <summary>Whether the line says where the letter came from; without, it was handed in on the host itself.</summary>
    public bool HasFrom { get; private set; }

    /// <summary>What follows <c>with</c>, such as <c>ESMTPS</c>.</summary>
    public string Protocol { get; private set; } = "";

    /// <summary>The mailboxes of the <c>for</c> clause as written; empty when there is none, or more than one clause.</summary>
    public List<string> For { get; } = [];

    /// <summary>Whether the line comes from qmail-queue about a letter from qmail-smtpd, whose own line follows.</summary>
    public bool IsQmailFromNetwork =>
        _text.StartsWith("(qmail ", StringComparison.Ordinal) && _text.Contains(" invoked from network)", StringComparison.Ordinal);

    // Exim writes the verified reverse name in front and HELO into the comment (sender_rcvhost in its receive.c);
    // the others write HELO in front and the reverse name into the comment.
    private bool IsExim { get; set; }

    /// <summary>
    /// Who the host that wrote the line received from, as that host saw it: reverse names and addresses, never HELO.
    /// Every entry must be believed or none: what a sender smuggles in by HELO adds one, it cannot replace one.
    /// </summary>
    public IReadOnlyList<Peer> Peers()
    {
        var peers = new List<Peer>();
        foreach (var comment in _fromComments)
            ReadComment(comment, peers);
        if (peers.Count == 0 && !IsExim)
            return [];
        // The first word is HELO, further ones a HELO with blanks; only address literals among them say anything.
        foreach (var word in _fromWords)
        {
            if (word[0] == '[')
                peers.Add(new Peer("", ReadLiteral(word)));
        }
        return peers;
    }

    /// <summary>Positions of host names behind any <c>by</c> in the text, whether clause, comment, quoted or HELO.</summary>
    public static IEnumerable<int> AnyBy(string text)
    {
        for (var i = 0; (i = text.IndexOf("by", i, StringComparison.OrdinalIgnoreCase)) >= 0; i += 2)
        {
            if (i + 2 >= text.Length || (i > 0 && char.IsAsciiLetterOrDigit(text[i - 1])))
                continue;
            var host = SkipBlanks(text, i + 2);
            if (host > i + 2 && host < text.Length)
                yield return host;
        }
    }

    /// <summary>The word at a position: up to a blank, comment, semicolon or angle bracket.</summary>
    public static string WordAt(string text, int start)
    {
        var length = text.AsSpan(start).IndexOfAny(EndsWord);
        return length < 0 ? text[start..] : text.Substring(start, length);
    }

    private static int SkipBlanks(string text, int i)
    {
        while (i < text.Length && text[i] is ' ' or '\t')
            i++;
        return i;
    }

    /// <summary>Reads up to the first <c>by</c> outside comments; returns where its host may stand.</summary>
    private int ReadFrom()
    {
        for (var i = SkipBlanks(_text, 0); i < _text.Length; i = SkipBlanks(_text, i))
        {
            if (_text[i] == '(')
            {
                var after = HeaderText.AfterComment(_text, i);
                _fromComments.Add(_text[(i + 1)..after].TrimEnd(')'));
                i = after;
                continue;
            }
            if (_text[i] == ';')
                return _text.Length;

            var word = WordAt(_text, i);
            if (word.Length == 0)
            {
                // A stray bracket.
                i++;
                continue;
            }
            i += word.Length;
            if (word.Equals("by", StringComparison.OrdinalIgnoreCase))
                return i;
            if (!HasFrom && _fromWords.Count == 0 && word.Equals("from", StringComparison.OrdinalIgnoreCase))
                HasFrom = true;
            else
                _fromWords.Add(word);
        }
        return _text.Length;
    }

    private void ReadBehindBy(int start)
    {
        var forClauses = 0;
        var pending = "by";
        for (var i = SkipBlanks(_text, start); i < _text.Length && _text[i] != ';'; i = SkipBlanks(_text, i))
        {
            if (_text[i] == '(')
            {
                IsExim |= _text.AsSpan(i + 1).StartsWith("Exim ", StringComparison.Ordinal);
                i = HeaderText.AfterComment(_text, i);
                continue;
            }
            if (pending == "for")
            {
                i = ReadMailboxes(i);
                pending = "";
                continue;
            }

            var word = WordAt(_text, i);
            if (word.Length == 0)
            {
                i++;
                continue;
            }
            if (pending == "by")
            {
                ByPosition = i;
                By = word.TrimEnd('.');
                pending = "";
            }
            else if (pending.Length > 0)
            {
                // A value is never a keyword, not even an id that reads "for".
                if (pending == "with" && Protocol.Length == 0)
                    Protocol = word;
                pending = "";
            }
            else
            {
                pending = Keyword(word);
                if (pending == "for")
                    forClauses++;
            }
            i += word.Length;
        }
        // Two such clauses: one of them is somebody's text, and nobody can tell which.
        if (forClauses > 1)
            For.Clear();
    }

    private static string Keyword(string word)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["via", "with", "id", "for"])
        {
            if (word.Equals(keyword, StringComparison.OrdinalIgnoreCase))
                return keyword;
        }
        return "";
    }

    /// <summary>Reads a path or mailbox, and more behind commas that touch it; returns the position behind.</summary>
    private int ReadMailboxes(int i)
    {
        while (true)
        {
            var start = i = SkipBlanks(_text, i);
            var inAngle = false;
            for (; i < _text.Length; i++)
            {
                var c = _text[i];
                if (c == '"')
                {
                    i = HeaderText.AfterQuoted(_text, i) - 1;
                }
                else if (c == '<')
                {
                    inAngle = true;
                }
                else if (c == '>')
                {
                    i++;
                    break;
                }
                else if (!inAngle && c is ' ' or '\t' or '(' or ';' or ',')
                {
                    break;
                }
            }
            if (i > start)
                For.Add(_text[start..i]);
            if (i >= _text.Length || _text[i] != ',')
                return i;
            i++;
        }
    }

    private void ReadComment(string comment, List<Peer> peers)
    {
        // qmail's (HELO name) needs no case of its own: a literal in it is one peer more that must be ours.
        var words = comment.Split([' ', '\t', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        // sendmail, when the reverse name does not lead back to the address.
        if (comment.Contains("may be forged", StringComparison.OrdinalIgnoreCase))
            peers.Add(Peer.Nobody);
        if (comment.StartsWith("[unix", StringComparison.OrdinalIgnoreCase) || comment.EndsWith("[unix socket]", StringComparison.OrdinalIgnoreCase))
        {
            peers.Add(new Peer("", IPAddress.Loopback));
            return;
        }
        for (var i = 0; i < words.Length; i++)
        {
            // Exim: ([address] helo=name ident=user).
            if (words[i].StartsWith("helo=", StringComparison.OrdinalIgnoreCase) || words[i].StartsWith("ident=", StringComparison.OrdinalIgnoreCase))
                continue;
            if (words[i][0] == '[')
                peers.Add(new Peer(i > 0 ? ReverseName(words[i - 1]) : IsExim ? EximName() : "", ReadLiteral(words[i])));
            // qmail and Exchange: (address) or (user@address).
            else if (words.Length == 1 && ReadAddress(words[0][(words[0].LastIndexOf('@') + 1)..]) is { } address)
                peers.Add(new Peer("", address));
        }
    }

    private string EximName() => _fromWords.Count > 0 && _fromWords[0][0] != '[' ? ReverseName(_fromWords[0]) : "";

    private static string ReverseName(string word)
    {
        // What ident said stands before the @ (RFC 1413) and is the sender's.
        var name = word[(word.LastIndexOf('@') + 1)..].TrimEnd('.');
        return name.Equals("unknown", StringComparison.OrdinalIgnoreCase) ? "" : name;
    }

    /// <summary>The address in brackets, a port behind them ignored; null: unreadable.</summary>
    private static IPAddress? ReadLiteral(string word)
    {
        var end = word.IndexOf(']', StringComparison.Ordinal);
        return end < 0 ? null : ReadAddress(word[1..end]);
    }

    private static IPAddress? ReadAddress(string text)
    {
        if (text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            text = text[5..];
        // The framework also reads "1" and "0x7f.1" as addresses.
        var isFour = text.Count('.') == 3 && text.AsSpan().IndexOfAnyExcept(FourNumbers) < 0;
        return (isFour || text.Contains(':', StringComparison.Ordinal)) && IPAddress.TryParse(text, out var address)
            ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
            : null;
    }

    /// <summary>A host as the receiving server saw it.</summary>
    /// <param name="Name">Reverse name; empty: none.</param>
    /// <param name="Address">Its address; null: unreadable.</param>
    internal readonly record struct Peer(string Name, IPAddress? Address)
    {
        /// <summary>A host that is nobody's.</summary>
        public static Peer Nobody { get; } = new("", null);
    }
}
