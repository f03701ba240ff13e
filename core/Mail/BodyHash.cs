using System.Security.Cryptography;

namespace Postroom.Mail;

/// <summary>
/// SHA-256 of what stands below a letter's header, taken while the letter streams by. Copies of one letter differ in
/// their header, where every server on the way adds lines, and nowhere else.
/// </summary>
internal sealed class BodyHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private At at = At.LineStart;

    private enum At
    {
        LineStart,
        CrAtLineStart,
        Line,
        Body,
    }

    /// <summary>Takes the next bytes of the letter, cut anywhere.</summary>
    public void Write(ReadOnlySpan<byte> chunk)
    {
        while (at != At.Body && !chunk.IsEmpty)
        {
            if (at == At.Line)
            {
                var end = chunk.IndexOf((byte)'\n');
                at = end < 0 ? At.Line : At.LineStart;
                chunk = end < 0 ? [] : chunk[(end + 1)..];
                continue;
            }

            // The first empty line ends the header (RFC 5322 §2.1); as in HeaderScanner a bare CR ends no line.
            var cr = at == At.LineStart && chunk[0] == '\r';
            at = chunk[0] == '\n' ? At.Body : cr ? At.CrAtLineStart : At.Line;
            if (at != At.Line)
                chunk = chunk[1..];
        }

        hash.AppendData(chunk);
    }

    /// <summary>The hash of the body; of nothing when the letter has none.</summary>
    public byte[] Finish() => hash.GetHashAndReset();

    public void Dispose() => hash.Dispose();
}
