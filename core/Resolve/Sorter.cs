using Postroom.Accounts;
using Postroom.Directory;
using Postroom.Mail;

namespace Postroom.Resolve;

/// <summary>
/// Decides who gets a letter: from account and header evidence for collected mail, from the envelope for direct mail,
/// always through the same directory. Pure: the stage, <c>explain</c> and a release of held letters ask the same question.
/// </summary>
public static class Sorter
{
    private const int MostNamed = 3;

    // RFC 5321 §6.3 asks for at least 100 where one server counts its own relays; a letter that people sent to people has
    // fewer than ten, and between our accounts and somebody's forwarding each turn costs a poll.
    private const int MostReceivedLines = 50;

    /// <summary>Sorts a collected letter.</summary>
    public static Sorting Sort(Account account, HeaderEvidence evidence, RecipientDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(evidence);
        if (Loop(evidence) is { } loop)
            return loop;
        if (account.Mailbox is { } mailbox)
        {
            var reason = $"Account {account.Name} holds the mail of mailbox {mailbox} only.";
            return new([], [new(mailbox, null, reason, false)], [], "account", reason, [reason]);
        }

        var decision = RecipientReader.Read(account, evidence);
        return Sort(decision.Recipients, decision.DecidedBy, decision.Reason, decision.Steps, account.Domains, directory);
    }

    /// <summary>Sorts a letter of our own about an account: it is for whom the account serves, else for the postmaster.</summary>
    public static Sorting SortNotice(Account account, string notice, RecipientDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(directory);
        var mailbox = account.Mailbox ?? directory.PostmasterFor(account.Domains.Count == 1 ? account.Domains[0] : "");
        return new([], [new(mailbox, null, notice, false)], [], "account", notice, [notice]);
    }

    /// <summary>Sorts a letter with a known envelope.</summary>
    public static Sorting Sort(Envelope envelope, HeaderEvidence evidence, RecipientDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(evidence);
        if (Loop(evidence) is { } loop)
            return loop;
        List<EmailAddress> recipients = [];
        List<string> steps = [];
        foreach (var text in envelope.Recipients)
        {
            if (EmailAddress.TryParse(text, out var address))
                recipients.Add(address);
            else
                steps.Add($"{text}: not an address.");
        }

        var reason = $"The sending server named {Named(envelope.Recipients)} as recipient{(envelope.Recipients.Count == 1 ? "" : "s")}.";
        return Sort(recipients, "envelope", reason, [.. steps, reason], [], directory);
    }

    // Every desk's message carries the sentence: with a hundred recipients it would not fit.
    private static string Named(IReadOnlyList<string> recipients) =>
        string.Join(", ", recipients.Take(MostNamed)) + (recipients.Count > MostNamed ? $" and {recipients.Count - MostNamed} more" : "");

    private static Sorting? Loop(HeaderEvidence evidence)
    {
        if (evidence.ReceivedCount <= MostReceivedLines)
            return null;
        var reason = $"It has {evidence.ReceivedCount} Received lines, more than {MostReceivedLines}: it seems to go round in circles. Find out who forwards to whom, then release it.";
        return new([], [], [new(null, reason)], RecipientDecision.ByNothing, reason, [reason]);
    }

    private static Sorting Sort(
        IReadOnlyList<EmailAddress> recipients, string decidedBy, string reason, IReadOnlyList<string> evidence,
        IReadOnlyList<string> domains, RecipientDirectory directory)
    {
        List<string> steps = [.. evidence];
        List<SortedDesk> desks = [];
        List<HeldFor> held = [];
        foreach (var recipient in recipients)
        {
            var answer = directory.Find(recipient);
            steps.AddRange(answer.Steps);
            var known = answer.Match is not (DirectoryMatch.Unknown or DirectoryMatch.NotOurs);
            if (known)
                desks.AddRange(answer.Mailboxes.Select(m => new SortedDesk(m, recipient.ToString(), reason, false)));
            else
                Undetermined(recipient.ToString(), recipient.Domain, directory.UnknownRecipient, "UnknownRecipient", $"Nobody has the address {recipient}. {reason}");
        }

        if (recipients.Count == 0)
            Undetermined(null, domains.Count == 1 ? domains[0] : "", directory.UndeterminedRecipient, "UndeterminedRecipient", reason);

        // One letter, one copy on a desk, however many addresses lead there; a real recipient's line comes first.
        var distinct = desks.OrderBy(static d => d.Undetermined).DistinctBy(static d => d.Mailbox, StringComparer.OrdinalIgnoreCase).ToList();
        return new([.. recipients.Select(static r => r.ToString())], distinct, held, decidedBy, reason, steps);

        void Undetermined(string? recipient, string domain, UnknownRecipient policy, string setting, string why)
        {
            if (policy == UnknownRecipient.Hold)
            {
                held.Add(new(recipient, why));
                steps.Add($"The letter waits for a person ({setting} is Hold).");
                return;
            }

            var postmaster = directory.PostmasterFor(domain);
            desks.Add(new(postmaster, recipient, why, true));
            steps.Add($"The postmaster gets it: mailbox {postmaster}.");
        }
    }
}
