using System.Text;
using MimeKit;

namespace Postroom.Deliver;

/// <summary>
/// Dresses a letter's bytes up as a message that MailKit will send, and sends as they are. Parsed and written again they
/// would mostly be the same; "mostly" breaks signatures, and letters that cannot be parsed are letters too.
/// </summary>
internal static class RawLetter
{
    private const int Piece = 8192;

    /// <summary>A message of which MimeKit knows one header field, with all the others in its value, and a body it cannot look into.</summary>
    /// <param name="bytes">Lines ended by CR LF, the first of them a header line of ours; must stay open.</param>
    public static MimeMessage Dress(Stream bytes)
    {
        var header = HeaderBlock(bytes, out var bodyAt);
        var colon = Array.IndexOf(header, (byte)':');
        var all = new Header(Encoding.UTF8, Encoding.ASCII.GetString(header, 0, colon), "");
        // Taken as it is, whatever lines it holds.
        all.SetRawValue(header[(colon + 1)..]);
        var message = new MimeMessage();
        message.Headers.Clear();
        message.Headers.Add(all);
        // With a body MimeKit writes the empty line before it.
        if (bodyAt is { } at)
            message.Body = new RawBody(bytes, at);
        return message;
    }

    /// <returns>The header lines with their ends, without the empty line.</returns>
    private static byte[] HeaderBlock(Stream bytes, out long? bodyAt)
    {
        using var header = new MemoryStream();
        var piece = new byte[Piece];
        bytes.Position = 0;
        for (int read; (read = bytes.Read(piece)) > 0;)
        {
            var from = (int)Math.Max(0, header.Length - 3);
            header.Write(piece, 0, read);
            var end = header.GetBuffer().AsSpan(from, (int)header.Length - from).IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;
            bodyAt = from + end + 4;
            return header.GetBuffer()[..(from + end + 2)];
        }

        // Header lines only, or no letter at all.
        bodyAt = null;
        if (header.GetBuffer().AsSpan(0, (int)header.Length) is not [.., (byte)'\n'])
            header.Write("\r\n"u8);
        return header.ToArray();
    }

    private sealed class RawBody : MimeEntity
    {
        private readonly Stream bytes;
        private readonly long from;

        public RawBody(Stream bytes, long from) : base("text", "plain")
        {
            (this.bytes, this.from) = (bytes, from);
            Headers.Clear();
        }

        public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
        {
            // It goes as it came.
        }

        public override void WriteTo(FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
        {
            bytes.Position = from;
            bytes.CopyTo(stream);
        }

        public override Task WriteToAsync(FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
        {
            bytes.Position = from;
            return bytes.CopyToAsync(stream, cancellationToken);
        }
    }
}
