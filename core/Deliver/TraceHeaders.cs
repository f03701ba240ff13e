using System.Globalization;
using System.Text;
using MimeKit;
using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>The header lines we put on top of a letter, always in the same order; below them it stays byte for byte as it came.</summary>
public static class TraceHeaders
{
    /// <summary>The field with the letter's id, by which a target can be asked whether it has the letter.</summary>
    internal const string IdField = "X-Postroom-Id";

    /// <summary>The lines for one letter and desk, each ended by CR LF.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="provider">The server it was collected from; null for direct SMTP, where the door has said so already.</param>
    /// <param name="here">Name of this machine, for the Received line (RFC 5321 §4.4).</param>
    public static byte[] For(DeliverLetter letter, string? provider, string here)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var text = new StringBuilder();
        // On top, and only by the last hop (RFC 5321 §4.4). The null sender is written as <>.
        if (letter.Sender is not null)
            Line("Return-Path", $"<{letter.Sender}>");
        // RFC 9228 wants an address; without one the mailbox's name stands in.
        Line("Delivered-To", letter.Recipient ?? letter.Mailbox);
        if (letter.Recipient is not null)
            Line("X-Original-To", letter.Recipient);
        if (provider is not null)
        {
            var date = letter.Received.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
            var recipient = letter.Recipient is null ? "" : $"\r\n\tfor <{letter.Recipient}>";
            Line("Received", $"from {provider}\r\n\tby {here} (Postroom) with POP3 id {letter.Id}{recipient};\r\n\t{date}", folded: true);
        }

        Line(IdField, letter.Id);
        if (letter.Undetermined)
            // A sentence with other people's addresses in it: folded and encoded (RFC 2047) as a header must be.
            text.Append("X-Postroom-Reason:").Append(Encoding.ASCII.GetString(new Header("X-Postroom-Reason", Plain(letter.Reason)).RawValue).ReplaceLineEndings("\r\n"));
        return Encoding.UTF8.GetBytes(text.ToString());

        // Names and addresses come from other people's letters: no line break of theirs may start a line of ours.
        void Line(string name, string value, bool folded = false) => text
            .Append(name).Append(": ")
            .Append(folded ? value : Plain(value))
            .Append("\r\n");
    }

    private static string Plain(string value) => string.Concat(value.Select(static c => char.IsControl(c) ? ' ' : c));
}
