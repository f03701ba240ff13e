using Postroom.Queues;

namespace Postroom.Tests.Unit.Queues;

internal static class Sample
{
    private static readonly DateTimeOffset Received = new(2025, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public static InboundLetter Inbound(string id = "0123456789abcdefghijklmnopqrstuv", long size = 4711) => new()
    {
        Id = id,
        Blob = id + ".eml",
        Size = size,
        Received = Received,
        Account = "büro",
        Evidence = new(
            [
                new("Envelope-to", "\"Anna \\\"M\\\"\" <anna+a&b@example.com>", AboveReceived: true),
                new("Delivered-To", "caf\u00C3\u00A9\t\u0001\u0080\u00FF", AboveReceived: false, Cut: true),
            ], 3, Truncated: true),
    };

    public static DeliverLetter Deliver(string id = "0123456789abcdefghijklmnopqrstuv", string target = "default", string mailbox = "anna", long size = 4711) => new()
    {
        Id = id,
        Blob = id + ".eml",
        Size = size,
        Received = Received,
        Account = "büro",
        Mailbox = mailbox,
        Target = target,
        Recipient = "anna+a&b@example.com",
        Sender = "",
        MessageId = "<\"1\\2\"@example.org>",
        DecidedBy = "Envelope-to",
        Reason = "Envelope-to, line 1 of 1, names “anna”.",
        Desks = ["anna", "jürgen"],
    };
}
