using Postroom.Mail;

namespace Postroom.Resolve;

/// <summary>
/// Walks down the Received lines as far as they can be believed: those the provider's own hosts wrote, up to and
/// including the one that took the letter from outside. What stands below it came with the letter.
/// </summary>
/// <remarks>
/// SECURITY: a sender can write whole Received lines, and parts of a real one: HELO, and his recipient's quoted
/// local part. Each line of ours therefore must name one of our hosts behind exactly one <c>by</c>, counted over
/// the raw text; a line that does so twice is not believed, and nothing below it either. A wrong stop costs a letter
/// to the postmaster, a wrong step would show a letter to the wrong person.
/// </remarks>
internal sealed class ReceivedWalk(OurHosts hosts, List<string> steps, Func<string, string> quote)
{
    /// <summary>What the believed lines say, top to bottom: the line's number from 1 and the texts of its <c>for</c> clause.</summary>
    public List<(int Line, IReadOnlyList<string> For)> Read(IReadOnlyList<EvidenceLine> received)
    {
        var believed = new List<(int, IReadOnlyList<string>)>();
        var started = false;
        for (var i = 0; i < received.Count; i++)
        {
            var text = AddressReader.Decode(received[i].Value);
            var line = new ReceivedLine(text);
            var number = i + 1;
            var ours = ReceivedLine.AnyBy(text).Where(at => hosts.Contains(ReceivedLine.WordAt(text, at))).Take(2).ToArray();

            if (received[i].Cut || ours.Length > 1 || (ours.Length == 1 && ours[0] != line.ByPosition))
                return Stop($"Received line {number} cannot be read without doubt; neither it nor what is below is believed: {quote(text)}");
            if (ours.Length == 0 && !started)
            {
                if (ComesFromOutsideNearUs(line))
                    return Stop($"Received line {number} took the letter from outside at {quote(line.By)}, which is not among Hosts; what is below is not believed.");
                steps.Add($"Received line {number} is not of our hosts ({Writer(line)}) and is passed over.");
                continue;
            }
            if (ours.Length == 0)
            {
                if (line.IsQmailFromNetwork)
                {
                    steps.Add($"Received line {number} is qmail's note on the line below it.");
                    continue;
                }
                return Stop($"Received line {number} is not of our hosts ({Writer(line)}); it and what is below came with the letter.");
            }

            started = true;
            steps.Add($"Received line {number} was written by our host {quote(line.By)}{(line.For.Count > 0 ? $" for {quote(string.Join(", ", line.For))}" : ", without a for clause")}.");
            believed.Add((number, line.For));
            if (!ComesFromOurs(line))
                return Stop($"Received line {number} took the letter from outside; what is below came with the letter.");
        }
        return believed;

        List<(int, IReadOnlyList<string>)> Stop(string step)
        {
            steps.Add(step);
            return believed;
        }
    }

    /// <summary>Whether the line's host had the letter from one of our hosts, so that the next line is theirs.</summary>
    private bool ComesFromOurs(ReceivedLine line)
    {
        if (!line.HasFrom)
            return false;
        // LMTP is spoken inside a provider's own network only (RFC 2033 §5).
        if (IsLmtp(line))
            return true;
        var peers = line.Peers();
        return peers.Count > 0 && peers.All(hosts.Contains);
    }

    /// <summary>
    /// Whether a line that no configured host wrote is the provider's entrance all the same. Passing over it would
    /// let a sender put a forged line of a configured host below.
    /// </summary>
    private bool ComesFromOutsideNearUs(ReceivedLine line) =>
        hosts.IsNear(line.By) && line.HasFrom && !IsLmtp(line) && line.Peers().Any(hosts.IsStranger);

    private static bool IsLmtp(ReceivedLine line) => line.Protocol.StartsWith("LMTP", StringComparison.OrdinalIgnoreCase);

    private string Writer(ReceivedLine line) => line.By.Length > 0 ? $"by {quote(line.By)}" : "it names no host";
}
