using System.Globalization;
using System.Text;
using Postroom.Accounts;
using Postroom.Mail;

namespace Postroom.Resolve;

/// <summary>
/// Works out from a letter's header who a multidrop letter was sent to. Exactly one line decides; no other header
/// name is ever consulted, and only addresses in the account's domains count.
/// </summary>
/// <remarks>SECURITY: what it reads may be written by the sender; which lines are believed is the account's setting.</remarks>
public static class RecipientReader
{
    // Long enough for any address in full; keeps a 16 KB line out of the trace.
    private const int LongestQuotation = 300;

    /// <summary>Decides, and says why.</summary>
    /// <param name="account">A multidrop account.</param>
    /// <param name="evidence">What <see cref="HeaderScanner"/> kept with <see cref="CandidateHeaders.For"/> of the same account.</param>
    /// <exception cref="ArgumentException">The account is no multidrop account.</exception>
    public static RecipientDecision Read(Account account, HeaderEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(evidence);
        var multidrop = account.Multidrop
            ?? throw new ArgumentException($"Account {account.Name} is no multidrop account.", nameof(account));

        var steps = new List<string>();
        if (evidence.Truncated)
            steps.Add("The header holds more candidate lines than are kept as evidence; the topmost ones were read, and for Last the lowest too.");

        var decision = multidrop.Mode == MultidropMode.Received
            ? ByReceived(account, multidrop, evidence, steps)
            : ByHeader(account, multidrop, evidence, steps);
        if (decision.Recipients.Count > 0)
            return decision;

        switch (multidrop.Fallback)
        {
            case Fallback.Received when multidrop.Mode != MultidropMode.Received:
                steps.Add("Fallback is Received: the Received lines of the configured hosts are tried.");
                return After(decision, ByReceived(account, multidrop with { Occurrence = Occurrence.First, Skip = 0 }, evidence, steps));
            case Fallback.To:
                steps.Add("Fallback is To: the addresses in To and Cc are tried; they are the sender's words and may be wrong.");
                return After(decision, ByTo(account, evidence, steps));
            default:
                steps.Add("No fallback is left: nobody can tell who this letter is for.");
                return decision;
        }
    }

    private static RecipientDecision ByHeader(Account account, Multidrop multidrop, HeaderEvidence evidence, List<string> steps)
    {
        var name = multidrop.FieldName;
        var lines = Named(evidence, name).ToList();
        steps.Add($"Mode {multidrop.Mode}: {Count(lines.Count, name)} in the header.");
        if (multidrop.Occurrence == Occurrence.AboveReceived)
        {
            lines = [.. lines.TakeWhile(l => l.AboveReceived)];
            steps.Add($"Occurrence is AboveReceived: {Count(lines.Count, name)} above the first Received line.");
        }
        if (lines.Count <= multidrop.Skip)
        {
            return lines.Count == 0
                ? Nobody(steps, $"No line named {name}{(multidrop.Occurrence == Occurrence.AboveReceived ? " above the first Received line" : "")}.")
                : Nobody(steps, $"Only {Count(lines.Count, name)}, and {multidrop.Skip} are to be skipped.");
        }

        var index = multidrop.Occurrence == Occurrence.Last ? lines.Count - 1 - multidrop.Skip : multidrop.Skip;
        var where = $"{name}, line {index + 1} of {lines.Count},";
        var value = AddressReader.Decode(lines[index].Value);
        steps.Add($"Occurrence {multidrop.Occurrence}, skip {multidrop.Skip}: {where} decides. It says: {Quote(value)}");
        if (lines[index].Cut)
            steps.Add("The line is longer than evidence may be; addresses at its end are unknown.");

        var prefix = multidrop.Mode == MultidropMode.Qvirtual ? multidrop.Prefix : null;
        var all = new AddressReader(prefix).Read(value);
        var ours = Ours(account, all, steps);
        if (ours.Count == 0)
        {
            return Nobody(steps, all.Count == 0
                ? $"{where} holds no mail address."
                : $"{where} names only {List(all)}, which is not in the account's domains.");
        }
        return new RecipientDecision(ours, name, $"{where} names {List(ours)}.", steps);
    }

    private static RecipientDecision ByReceived(Account account, Multidrop multidrop, HeaderEvidence evidence, List<string> steps)
    {
        var hosts = new OurHosts(multidrop.Hosts);
        if (!hosts.Any)
            return Nobody(steps, "No Hosts are configured, so no Received line can be believed.");

        var received = Named(evidence, "Received").ToList();
        steps.Add($"Received: {Count(received.Count, "Received")} in the header; {multidrop.Occurrence}, skip {multidrop.Skip}.");
        var believed = new ReceivedWalk(hosts, steps, Quote).Read(received);
        if (believed.Count == 0)
            return Nobody(steps, "No Received line was written by a host among Hosts.");

        // AboveReceived has no meaning here; the topmost is what it asks for.
        var chosen = multidrop.Occurrence == Occurrence.Last ? believed.SkipLast(multidrop.Skip).Reverse() : believed.Skip(multidrop.Skip);
        var reader = new AddressReader(prefix: null);
        foreach (var (line, texts) in chosen)
        {
            // A path or mailbox is one address; text that yields two was not written by a server.
            var ours = Ours(account, [.. texts.Select(reader.Read).Where(found => found.Count == 1).Select(found => found[0])], steps);
            if (ours.Count > 0)
                return new RecipientDecision(ours, "Received", $"Received, line {line} of {received.Count}, was written by the provider for {List(ours)}.", steps);
        }
        return Nobody(steps, "The Received lines of our hosts name nobody in the account's domains.");
    }

    private static RecipientDecision ByTo(Account account, HeaderEvidence evidence, List<string> steps)
    {
        var all = new List<EmailAddress>();
        var reader = new AddressReader(prefix: null);
        foreach (var name in (string[])["To", "Cc"])
        {
            foreach (var line in Named(evidence, name))
            {
                var value = AddressReader.Decode(line.Value);
                steps.Add($"{name} says: {Quote(value)}");
                all.AddRange(reader.Read(value));
            }
        }
        var ours = Ours(account, all, steps);
        return ours.Count == 0
            ? Nobody(steps, "To and Cc name nobody in the account's domains.")
            : new RecipientDecision(ours, "To", $"To and Cc name {List(ours)}.", steps);
    }

    private static RecipientDecision After(RecipientDecision first, RecipientDecision second) =>
        second with { Reason = $"{first.Reason} {second.Reason}" };

    private static RecipientDecision Nobody(List<string> steps, string reason)
    {
        steps.Add(reason);
        return new RecipientDecision([], RecipientDecision.ByNothing, reason, steps);
    }

    private static IEnumerable<EvidenceLine> Named(HeaderEvidence evidence, string name) =>
        evidence.Lines.Where(l => l.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Those in the account's domains, each once, in their order.</summary>
    private static List<EmailAddress> Ours(Account account, IReadOnlyList<EmailAddress> all, List<string> steps)
    {
        var ours = new List<EmailAddress>();
        var seen = new HashSet<EmailAddress>();
        foreach (var address in all)
        {
            if (!seen.Add(address))
                steps.Add($"{Quote(address.ToString())} is named again and counts once.");
            else if (address.IsIn(account.Domains, account.Subdomains))
                ours.Add(address);
            else
                steps.Add($"{Quote(address.ToString())} is not in the account's domains and does not count.");
        }
        if (ours.Count > 0)
            steps.Add($"In the account's domains: {List(ours)}.");
        return ours;
    }

    private static string Count(int lines, string name) => lines switch
    {
        0 => $"no line named {name}",
        1 => $"1 line named {name}",
        _ => $"{lines.ToString(CultureInfo.InvariantCulture)} lines named {name}",
    };

    private static string List(List<EmailAddress> addresses) =>
        Quote(string.Join(", ", addresses.Take(5))) + (addresses.Count > 5 ? $" and {addresses.Count - 5} more" : "");

    /// <summary>A stranger's text without control characters, for people and logs.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder(Math.Min(text.Length, LongestQuotation + 1));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, LongestQuotation)))
            quoted.Append(c == '\t' ? ' ' : char.IsControl(c) || c is '\u2028' or '\u2029' || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? '\uFFFD' : c);
        return text.Length > LongestQuotation ? quoted.Append('…').ToString() : quoted.ToString();
    }
}
