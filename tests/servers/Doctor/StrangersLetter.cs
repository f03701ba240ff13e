using System.Text;

namespace Postroom.Tests.Servers.Doctor;

/// <summary>A letter somebody outside sends to people of example.com.</summary>
/// <param name="Id">Its Message-ID without brackets.</param>
/// <param name="Recipients">The envelope.</param>
/// <param name="Bytes">The letter.</param>
internal sealed record StrangersLetter(string Id, IReadOnlyList<string> Recipients, byte[] Bytes)
{
    public static readonly string[] People = ["anna", "ben", "clara", "dora"];

    /// <summary>
    /// Letters that make 100 copies: to one, to two of us, in Cc, as blind copy, by a list, with an extension. Some carry
    /// forged lines for the boss.
    /// </summary>
    public static IReadOnlyList<StrangersLetter> Hundred { get; } = [.. Letters()];

    /// <summary>Message-IDs by desk, one for each copy.</summary>
    public static ILookup<string, string> Desks { get; } = Hundred
        .SelectMany(static l => l.Recipients.Select(r => (l.Id, Desk: r.Split('@', '+')[0])))
        .ToLookup(static c => c.Desk, static c => c.Id);

    private static IEnumerable<StrangersLetter> Letters()
    {
        var copies = 0;
        for (var number = 0; copies < 100; number++)
        {
            var (one, other) = (People[number % 4], People[(number + 1) % 4]);
            var (to, recipients) = (number % 6) switch
            {
                0 => ($"To: {one}@example.com", (string[])[$"{one}@example.com"]),
                1 => ($"To: somebody@elsewhere.example\nCc: {one}@example.com", [$"{one}@example.com"]),
                2 => ("To: undisclosed-recipients:;", [$"{one}@example.com"]),
                3 => ("To: list@lists.example\nList-Id: <list.lists.example>", [$"{one}@example.com"]),
                4 => ($"To: {one}+shop@example.com", [$"{one}+shop@example.com"]),
                _ => ($"To: {one}@example.com\nCc: {other}@example.com", [$"{one}@example.com", $"{other}@example.com"]),
            };
            if (copies + recipients.Length > 100)
                recipients = recipients[..1];
            copies += recipients.Length;
            var forged = number % 9 == 0 ? "Envelope-to: boss@example.com\nX-Original-To: boss@example.com\nDelivered-To: boss@example.com\n" : "";
            var id = $"letter-{number}@sender.example";
            var text = $"{(number % 2 == 0 ? forged : "")}From: Sender <sender@sender.example>\n{to}\nSubject: Letter {number}\nDate: Mon, 2 Mar 2026 10:00:00 +0100\nMessage-ID: <{id}>\n{(number % 2 == 1 ? forged : "")}\nGood day.\n";
            yield return new(id, recipients, Encoding.ASCII.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
        }
    }
}
