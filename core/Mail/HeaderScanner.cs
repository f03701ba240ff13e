using System.Text;

namespace Postroom.Mail;

/// <summary>
/// Reads a letter's header once, while it streams by, and keeps the lines that may decide who gets it.
/// </summary>
/// <remarks>
/// STANDARDS: RFC 5322 §2.2 (fields, folding), §4.5 (blanks before the colon). A line ends at CR LF or LF, never at a
/// bare CR: otherwise a sender could hide <c>Envelope-to:</c> behind one inside his Subject. A line without a colon,
/// an mbox <c>From </c> line among them, is passed over with its continuation lines. The first empty line ends it.
/// SECURITY: every byte is a stranger's. Memory is bounded by <see cref="CandidateHeaders.Budget"/>, each byte is
/// looked at a fixed number of times, and lines that are no candidates allocate nothing. Not thread-safe.
/// </remarks>
public sealed class HeaderScanner
{
    // What a kept line costs besides its text, so that a million empty ones are bounded too.
    private const int WeightOfALine = 32;

    private readonly CandidateHeaders _wanted;
    private readonly Kept[] _kept;
    private readonly byte[] _name;
    private byte[] _value = [];
    private int _nameLength;
    private int _valueLength;
    private int _valueRoom;
    private bool _valueCut;
    private int _field;
    private int _order;
    private int _receivedCount;
    private bool _truncated;
    private At _at = At.LineStart;

    /// <summary>A scanner for one letter.</summary>
    /// <param name="wanted">Which fields are kept.</param>
    public HeaderScanner(CandidateHeaders wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        _wanted = wanted;
        _kept = [.. wanted.Fields.Select(f => new Kept(f))];
        _name = new byte[wanted.LongestName];
    }

    private enum At
    {
        LineStart,
        CrAtLineStart,
        Name,
        BlankAfterName,
        Value,
        LineStartAfterValue,
        PassedOver,
        End,
    }

    /// <summary>Whether the empty line was seen; further bytes are the letter's body and are ignored.</summary>
    public bool HeaderEnded => _at == At.End;

    /// <summary>Takes the next bytes of the letter, cut anywhere.</summary>
    /// <param name="chunk">Any number of bytes; body bytes after the header do no harm.</param>
    public void Write(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty && _at != At.End)
        {
            chunk = _at switch
            {
                At.LineStart => StartLine(chunk),
                At.CrAtLineStart => AfterCr(chunk),
                At.Name => ReadName(chunk),
                At.BlankAfterName => SeekColon(chunk),
                At.Value => ReadValue(chunk),
                At.LineStartAfterValue => ContinueOrKeep(chunk),
                _ => PassOver(chunk),
            };
        }
    }

    /// <summary>What was found, also when the letter broke off in the middle of its header.</summary>
    public HeaderEvidence Finish()
    {
        if (_at is At.Value or At.LineStartAfterValue)
        {
            if (_at == At.Value)
                DropCr();
            KeepValue();
        }
        _at = At.End;

        var lines = _kept.SelectMany(k => k.Lines).OrderBy(l => l.Order).Select(l => l.Line).ToArray();
        return new HeaderEvidence(lines, _receivedCount, _truncated);
    }

    private ReadOnlySpan<byte> StartLine(ReadOnlySpan<byte> chunk)
    {
        var first = chunk[0];
        if (first == '\n')
        {
            _at = At.End;
        }
        else if (first == '\r')
        {
            _at = At.CrAtLineStart;
        }
        else if (!_wanted.DeservesALook(first))
        {
            // A blank here continues a line that is passed over: its first line was no candidate.
            _at = At.PassedOver;
            return chunk;
        }
        else
        {
            _nameLength = 0;
            _at = At.Name;
            return chunk;
        }
        return chunk[1..];
    }

    private ReadOnlySpan<byte> AfterCr(ReadOnlySpan<byte> chunk)
    {
        _at = chunk[0] == '\n' ? At.End : At.PassedOver;
        return chunk;
    }

    private ReadOnlySpan<byte> ReadName(ReadOnlySpan<byte> chunk)
    {
        var room = _name.Length - _nameLength;
        var window = chunk[..Math.Min(chunk.Length, room + 1)];
        var end = window.IndexOfAny(": \t\r\n"u8);
        var part = end < 0 ? window : window[..end];
        if (part.Length > room)
        {
            _at = At.PassedOver;
            return chunk;
        }
        part.CopyTo(_name.AsSpan(_nameLength));
        _nameLength += part.Length;
        if (end >= 0)
            _at = chunk[end] == ':' || IsBlank(chunk[end]) ? At.BlankAfterName : At.PassedOver;
        return chunk[part.Length..];
    }

    private ReadOnlySpan<byte> SeekColon(ReadOnlySpan<byte> chunk)
    {
        var next = chunk.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (next < 0)
            return [];
        if (chunk[next] != ':')
        {
            _at = At.PassedOver;
            return chunk[next..];
        }

        _at = At.PassedOver;
        _field = _nameLength == 0 ? -1 : _wanted.Find(_name.AsSpan(0, _nameLength));
        if (_field >= 0)
        {
            if (_wanted.Fields[_field].IsReceived)
                _receivedCount++;
            _valueRoom = _kept[_field].RoomForALine - _nameLength - WeightOfALine;
            if (_valueRoom > 0)
            {
                _valueLength = 0;
                _valueCut = false;
                _at = At.Value;
            }
            else if (_wanted.Fields[_field].Budget > 0)
            {
                _truncated = true;
            }
        }
        return chunk[(next + 1)..];
    }

    private ReadOnlySpan<byte> ReadValue(ReadOnlySpan<byte> chunk)
    {
        var end = chunk.IndexOf((byte)'\n');
        Append(end < 0 ? chunk : chunk[..end]);
        if (end < 0)
            return [];
        DropCr();
        _at = At.LineStartAfterValue;
        return chunk[(end + 1)..];
    }

    private ReadOnlySpan<byte> ContinueOrKeep(ReadOnlySpan<byte> chunk)
    {
        // Unfolding takes the line end out and leaves the blank (RFC 5322 §2.2.3).
        if (IsBlank(chunk[0]))
        {
            _at = At.Value;
        }
        else
        {
            KeepValue();
            _at = At.LineStart;
        }
        return chunk;
    }

    private ReadOnlySpan<byte> PassOver(ReadOnlySpan<byte> chunk)
    {
        // The hot loop: most lines are no candidates, and their first byte says so.
        do
        {
            var end = chunk.IndexOf((byte)'\n');
            if (end < 0)
                return [];
            chunk = chunk[(end + 1)..];
        }
        while (!chunk.IsEmpty && !_wanted.DeservesALook(chunk[0]));
        _at = At.LineStart;
        return chunk;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        // One byte above the room, so that the CR of a line that just fits is no overflow.
        var room = _valueRoom + 1 - _valueLength;
        if (bytes.Length > room)
        {
            _valueCut = true;
            bytes = bytes[..room];
        }
        if (_value.Length < _valueLength + bytes.Length)
            Array.Resize(ref _value, Math.Max(256, 2 * (_valueLength + bytes.Length)));
        bytes.CopyTo(_value.AsSpan(_valueLength));
        _valueLength += bytes.Length;
    }

    private void DropCr()
    {
        if (!_valueCut && _valueLength > 0 && _value[_valueLength - 1] == '\r')
            _valueLength--;
    }

    private void KeepValue()
    {
        var value = _value.AsSpan(0, _valueLength);
        var cut = _valueCut || value.Length > _valueRoom;
        if (cut)
        {
            // Half an address may be another's address: cut behind the last one that is whole.
            _truncated = true;
            value = value[..Math.Min(value.Length, _valueRoom)];
            value = value[..(value.LastIndexOfAny(", \t"u8) + 1)];
        }
        var field = _wanted.Fields[_field];
        var name = _name.AsSpan(0, _nameLength);
        var line = new EvidenceLine(
            Ascii.Equals(name, field.Name) ? field.Name : Encoding.Latin1.GetString(name),
            Encoding.Latin1.GetString(value.Trim(" \t"u8)),
            _receivedCount == 0,
            cut);
        if (_kept[_field].Add(new Numbered(_order++, line)))
            _truncated = true;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t';

    private readonly record struct Numbered(int Order, EvidenceLine Line)
    {
        public int Weight => Line.Name.Length + Line.Value.Length + WeightOfALine;
    }

    /// <summary>The kept lines of one field: the topmost, and where asked for the lowest, within its budget.</summary>
    private sealed class Kept(CandidateHeaders.Field field)
    {
        private readonly List<Numbered> _first = [];
        private readonly Queue<Numbered> _last = [];
        private readonly int _lastBudget = field.KeepLast ? field.Budget / 2 : 0;
        private int _firstRoom = field.KeepLast ? field.Budget / 2 : field.Budget;
        private int _lastWeight;
        private bool _firstFull;

        public IEnumerable<Numbered> Lines => _first.Concat(_last);

        /// <summary>Bytes the next line may weigh; older ones of the lowest give way.</summary>
        public int RoomForALine => _firstFull ? _lastBudget : Math.Max(_firstRoom, _lastBudget);

        /// <summary>Keeps a line that weighs no more than <see cref="RoomForALine"/>.</summary>
        /// <returns>Whether another line had to give way.</returns>
        public bool Add(Numbered line)
        {
            if (!_firstFull && line.Weight <= _firstRoom)
            {
                _first.Add(line);
                _firstRoom -= line.Weight;
                return false;
            }

            // Once one was too long for the topmost, all further ones are lowest: nothing between may be missing above.
            _firstFull = true;
            _last.Enqueue(line);
            _lastWeight += line.Weight;
            var gaveWay = false;
            while (_lastWeight > _lastBudget)
            {
                _lastWeight -= _last.Dequeue().Weight;
                gaveWay = true;
            }
            return gaveWay;
        }
    }
}
