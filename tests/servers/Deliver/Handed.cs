using System.Text;
using Postroom.Accounts;
using Postroom.Connect;
using Postroom.Deliver;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>Letters handed to targets by hand.</summary>
internal static class Handed
{
    /// <summary>What stands on top of every one of them.</summary>
    public const string Top = "Delivered-To: anna@example.com\r\n";

    public static DeliverLetter Letter(string id, string mailbox = "anna", string? sender = "sender@example.net") => new()
    {
        Id = id, Blob = id + ".eml", Size = 0, Received = new(2026, 11, 20, 8, 30, 0, TimeSpan.Zero), Mailbox = mailbox, Target = "x",
        Recipient = "anna@example.com", Sender = sender, DecidedBy = "account", Reason = "", Desks = [mailbox],
    };

    public static ServerAddress Server(string host, int port, Security security, string? caFile = null, string? pin = null) =>
        new("Targets__x__", host, port, security, caFile, pin);

    /// <summary>Hands over a letter as Deliver does.</summary>
    public static Task<DeliveryOutcome> HandAsync(this IDeliveryTarget target, DeliverLetter letter, byte[] bytes, string? top = null) =>
        target.DeliverAsync(letter with { Size = bytes.Length }, Encoding.UTF8.GetBytes((top ?? Top) + $"{TraceHeaders.IdField}: {letter.Id}\r\n"),
            new MemoryStream(bytes), TestContext.Current.CancellationToken);

    public static Task<DeliveryOutcome> HandAsync(this IDeliveryTarget target, DeliverLetter letter, string text) =>
        target.HandAsync(letter, Encoding.Latin1.GetBytes(text));

    /// <summary>What a letter became below what was put on top of it.</summary>
    public static string Below(byte[] found, string id)
    {
        var text = Encoding.Latin1.GetString(found);
        var line = $"{TraceHeaders.IdField}: {id}\r\n";
        return text[(text.IndexOf(line, StringComparison.Ordinal) + line.Length)..];
    }

    /// <summary>Letters with what wears badly: dots, bare line ends, no header, no end, NUL is left to the door.</summary>
    public static TheoryData<string, string> Odd => new()
    {
        { "plain", "Subject: x\r\n\r\nGood morning.\r\n" },
        { "dots", "Subject: x\r\n\r\n.\r\n..\r\n.a\r\nend\r\n" },
        { "eight-bit", "Subject: x\r\n\r\nZeile \u00e4\u00f6\u00fc \u0080\u00ff\r\n" },
        { "long-line", "Subject: x\r\n\r\n" + new string('x', 70_000) + "\r\n" },
        { "large", "Subject: x\r\n\r\n" + string.Concat(Enumerable.Repeat(".0123456789\r\n", 150_000)) },
        { "no-body", "Subject: x\r\n" },
        { "no-header", "\r\nonly a body\r\n" },
        { "broken-header", "this is no header\r\n folded\r\nSubject : odd\r\n:\r\n\r\nbody\r\n" },
        { "tab-and-blanks", "Subject:\tx \r\n \r\n\t\r\n\r\nbody  \r\n\r\n\r\n" },
        { "from-line", "From sender Mon Nov 23 08:00:00 2026\r\nSubject: x\r\n\r\nFrom here\r\n" },
    };
}
