using System.Text;
using Postroom.Mail;

namespace Postroom.Resolve;

/// <summary>
/// Finds the mailboxes in a header value as real servers write it: <c>&lt;a@d&gt; (uid 0)</c>, <c>rfc822;a@d</c>,
/// <c>GMX delivery to a@d</c>, lists and groups (RFC 5322 §3.4, RFC 8098 §2.3).
/// </summary>
/// <remarks>
/// Comments are blanks, quoted text is never read as an address, <c>&lt;…&gt;</c> beats the display text of its list
/// element, what stands before a colon is a group's name or a source route (RFC 5321 §4.1.2) and is dropped.
/// Encoded-words stay as they are (RFC 2047 §5 forbids them in addresses). One pass; never throws.
/// </remarks>
internal sealed class AddressReader
{
    private readonly string _hyphenated;
    private readonly string _literal;

    /// <param name="prefix">Qvirtual: what stands before the real address, as in the settings; null: nothing.</param>
    public AddressReader(string? prefix)
    {
        prefix = prefix?.TrimStart() ?? "";
        var isText = prefix.Length > 0 && char.IsWhiteSpace(prefix[^1]);
        _literal = isText ? prefix : "";
        // The manual shows the prefix with and without its hyphen; qmail always writes one (qmail-send(8), virtualdomains).
        _hyphenated = isText || prefix.Length == 0 || prefix[^1] == '-' ? prefix : prefix + "-";
    }

    /// <summary>The text of an evidence value: UTF-8 where it is valid (RFC 6532 §3.1), else one char a byte.</summary>
    public static string Decode(string latin1)
    {
        if (Ascii.IsValid(latin1))
            return latin1;
        var bytes = Encoding.Latin1.GetBytes(latin1);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : latin1;
    }

    /// <summary>All mailboxes of a decoded value, top to bottom, repetitions included.</summary>
    public List<EmailAddress> Read(string value)
    {
        if (_literal.Length > 0)
        {
            var rest = value.AsSpan().TrimStart(" \t");
            if (rest.StartsWith(_literal, StringComparison.OrdinalIgnoreCase)
                && Elements(rest[_literal.Length..].ToString()) is { Count: > 0 } behind)
                return behind;
        }
        return Elements(value);
    }

    private List<EmailAddress> Elements(string value)
    {
        var found = new List<EmailAddress>();
        var element = new Element();
        for (var i = 0; i < value.Length;)
        {
            switch (value[i])
            {
                case '(':
                    element.EndWord();
                    i = HeaderText.AfterComment(value, i);
                    continue;
                case '"':
                    var afterQuoted = HeaderText.AfterQuoted(value, i);
                    element.Append(value.AsSpan(i, afterQuoted - i));
                    i = afterQuoted;
                    continue;
                case '[':
                    var afterLiteral = HeaderText.AfterLiteral(value, i);
                    element.Append(value.AsSpan(i, afterLiteral - i));
                    i = afterLiteral;
                    continue;
                case '<':
                    element.OpenAngle();
                    break;
                case '>':
                    element.CloseAngle();
                    break;
                case ':':
                    element.DropWords();
                    break;
                case ',' or ';' when !element.InAngle:
                    Take(element, found);
                    element.Clear();
                    break;
                case ' ' or '\t' or ',' or ';':
                    element.EndWord();
                    break;
                default:
                    element.Append(value.AsSpan(i, 1));
                    break;
            }
            i++;
        }
        Take(element, found);
        return found;
    }

    private void Take(Element element, List<EmailAddress> found)
    {
        var words = element.Words();
        var before = found.Count;
        foreach (var word in words)
        {
            if (TryMailbox(word, out var address))
                found.Add(address);
        }
        if (found.Count > before || words.Count < 2)
            return;

        // None of the words is a mailbox: blanks may stand round @ and dots (obs-local-part, obs-domain, RFC 5322 §4.4).
        var joined = new StringBuilder();
        foreach (var word in words)
        {
            if (joined.Length > 0 && joined[^1] is not ('@' or '.') && word[0] is not ('@' or '.'))
            {
                if (TryMailbox(joined.ToString(), out var address))
                    found.Add(address);
                joined.Clear();
            }
            joined.Append(word);
        }
        if (TryMailbox(joined.ToString(), out var last))
            found.Add(last);
    }

    /// <summary>A mailbox, without the prefix where one stands before its local part and leaves a mailbox behind.</summary>
    private bool TryMailbox(string word, out EmailAddress address)
    {
        address = default;
        if (!word.Contains('@', StringComparison.Ordinal))
            return false;
        if (_hyphenated.Length > 0)
        {
            if (word.StartsWith(_hyphenated, StringComparison.OrdinalIgnoreCase)
                && EmailAddress.TryParse(word.AsSpan(_hyphenated.Length), out address))
                return true;
            // Inside a quoted local part the prefix stands behind the quote.
            if (word[0] == '"' && word.AsSpan(1).StartsWith(_hyphenated, StringComparison.OrdinalIgnoreCase)
                && word[_hyphenated.Length + 1] != '"'
                && EmailAddress.TryParse("\"" + word[(_hyphenated.Length + 1)..], out address))
                return true;
        }
        return EmailAddress.TryParse(word, out address);
    }

    /// <summary>The words of one list element, those in angle brackets apart.</summary>
    private sealed class Element
    {
        private readonly List<string> _display = [];
        private readonly List<string> _angle = [];
        private readonly StringBuilder _word = new();
        private bool _angleSeen;

        public bool InAngle { get; private set; }

        public void Append(ReadOnlySpan<char> text) => _word.Append(text);

        public void EndWord()
        {
            if (_word.Length == 0)
                return;
            (InAngle ? _angle : _display).Add(_word.ToString());
            _word.Clear();
        }

        public void OpenAngle()
        {
            EndWord();
            InAngle = _angleSeen = true;
        }

        public void CloseAngle()
        {
            EndWord();
            InAngle = false;
        }

        public void DropWords()
        {
            _word.Clear();
            (InAngle ? _angle : _display).Clear();
        }

        public List<string> Words()
        {
            EndWord();
            return _angleSeen ? _angle : _display;
        }

        public void Clear()
        {
            _word.Clear();
            _display.Clear();
            _angle.Clear();
            InAngle = _angleSeen = false;
        }
    }
}
