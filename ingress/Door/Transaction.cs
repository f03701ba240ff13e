using System.Text;
using Postroom.Mail;
using Postroom.Receive.Protocol;

namespace Postroom.Receive;

/// <summary>A letter's envelope as it is built up between MAIL and DATA.</summary>
internal sealed class Transaction(SmtpCommand.Mail mail)
{
    // 100 recipients of the longest kind fit (RFC 5321 §4.5.3.1.3, .8), and with 32 KB of evidence at most a queue
    // message stays below its 64 KB.
    private const int MostOctets = 26 << 10;

    private readonly List<string> recipients = [];
    private readonly List<RecipientNotice> notices = [];
    private int octets;

    public bool Utf8 => mail.Parameters.Utf8;

    /// <summary>Adds a recipient; false if there are enough.</summary>
    public bool TryAdd(string recipient, RcptParameters parameters, int most)
    {
        var weight = Weight(recipient) + Weight(parameters.Original) + (parameters.Notify?.Length ?? 0);
        if (recipients.Count >= most || octets + weight > MostOctets)
            return false;
        octets += weight;
        recipients.Add(recipient);
        if (parameters.Notify is not null || parameters.Original is not null)
            notices.Add(new(recipient) { Notify = parameters.Notify, Original = parameters.Original });
        return true;
    }

    public Envelope Envelope() => new(mail.Sender.Text, recipients)
    {
        Notices = notices.Count == 0 && mail.Parameters is { Return: null, EnvelopeId: null }
            ? null
            : new() { Return = mail.Parameters.Return, EnvelopeId = mail.Parameters.EnvelopeId, Recipients = notices },
    };

    // As JSON in XML writes it.
    private static int Weight(string? text) =>
        text is null ? 0 : Encoding.UTF8.GetByteCount(text) + text.Sum(static c => c switch { '"' or '\\' => 1, '<' or '>' => 3, '&' => 4, _ => 0 });
}
