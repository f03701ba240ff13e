using System.Diagnostics.CodeAnalysis;
using Postroom.Mail;

namespace Postroom.Directory;

/// <summary>Who gets what: the one recipient policy of all doors, as it was at one moment. Never changes; a new state is a
/// new directory.</summary>
/// <remarks>Tried in this order: the full address as written for its domain, the same as <c>name@*</c>, the postmaster
/// every domain has, then all three without <c>+extension</c>, then without BATV, SRS or VERP wrapping, then the domain's
/// catch-all. Local parts are compared without case and without quotes that are not needed.</remarks>
public sealed class RecipientDirectory
{
    // A wrapped address may be wrapped again by the next forwarder; more than a few layers is somebody playing.
    private const int MaxWrappings = 4;

    // Local parts have 64 octets (RFC 5321 §4.5.3.1.1), wrapped ones in practice up to 250. Longer ones are looked up as
    // they are but not taken apart, which bounds the work for one address.
    private const int MaxTakenApart = 320;

    private readonly Dictionary<string, DomainDesks> domains;
    private readonly Desk postmaster;
    private readonly Dictionary<string, IReadOnlyList<string>> targets;

    internal RecipientDirectory(
        Dictionary<string, DomainDesks> domains, Dictionary<string, Claim> everywhere, Desk postmaster,
        Dictionary<string, IReadOnlyList<string>> targets, UnknownRecipient unknown, UnknownRecipient undetermined)
    {
        this.domains = domains;
        this.postmaster = postmaster;
        this.targets = targets;
        UnknownRecipient = unknown;
        UndeterminedRecipient = undetermined;
        AddressCount = everywhere.Count + domains.Values.Sum(d => d.Addresses.Count + (d.CatchAll is null ? 0 : 1));
    }

    /// <summary>Names of all mailboxes, as written where they are described.</summary>
    public IEnumerable<string> Mailboxes => targets.Keys;

    /// <summary>Our domains, as A-labels.</summary>
    public IReadOnlyCollection<string> Domains => domains.Keys;

    /// <summary>How many addresses are written down, catch-alls included.</summary>
    public int AddressCount { get; }

    /// <summary>What happens to a letter for <see cref="DirectoryMatch.Unknown"/>.</summary>
    public UnknownRecipient UnknownRecipient { get; }

    /// <summary>What happens to a letter in which no recipient was found.</summary>
    public UnknownRecipient UndeterminedRecipient { get; }

    /// <summary>Puts the settings together.</summary>
    /// <param name="entries">What the administrator wrote.</param>
    /// <param name="directory">The directory; null if there are problems.</param>
    /// <param name="problems">Every contradiction, each a sentence that names the setting and the remedy; empty on success.</param>
    /// <returns>Whether there was no contradiction.</returns>
    public static bool TryBuild(DirectoryEntries entries, [NotNullWhen(true)] out RecipientDirectory? directory, out IReadOnlyList<string> problems)
    {
        directory = DirectoryDraft.Build(entries, [], out problems);
        return directory is not null;
    }

    /// <summary>What <see cref="TryBuild"/> would report; empty if there is no contradiction.</summary>
    public static IReadOnlyList<string> Problems(DirectoryEntries entries)
    {
        TryBuild(entries, out _, out var problems);
        return problems;
    }

    /// <summary>Whose letter it is.</summary>
    public DirectoryAnswer Find(EmailAddress recipient)
    {
        // The default address has no domain at all, and so none of ours.
        if (!domains.TryGetValue(recipient.Domain ?? "", out var domain))
            return new(DirectoryMatch.NotOurs, [], [$"{recipient}: {recipient.Domain} is not one of our domains (Domains)."]);

        var local = LocalPart.Meaning(recipient.LocalPart);
        return FindDirect(domain, local) is var (match, desk, sentence)
            ? new(match, desk.Mailboxes, [sentence])
            : FindTakenApart(domain, local);
    }

    /// <summary>The mailbox that gets what nobody else gets in a domain; for a domain that is not ours, or none, that of all.</summary>
    /// <param name="domain">A-label in lower case.</param>
    public string PostmasterFor(string domain) => PostmasterOf(domains.GetValueOrDefault(domain)).Name;

    /// <summary>Names of the targets of a mailbox; empty: the default target.</summary>
    /// <exception cref="KeyNotFoundException">No such mailbox.</exception>
    public IReadOnlyList<string> TargetsOf(string mailbox) => targets[mailbox];

    /// <summary>Whether there is a mailbox of that name, in any case.</summary>
    public bool HasMailbox(string name) => targets.ContainsKey(name);

    private Desk PostmasterOf(DomainDesks? domain) => domain?.Postmaster ?? postmaster;

    private (DirectoryMatch Match, Desk Desk, string Sentence)? FindDirect(DomainDesks domain, ReadOnlySpan<char> local)
    {
        if (domain.TryFind(local, out var claim))
            return (claim.Desk.Match, claim.Desk, $"{LocalPart.Write(local, domain.Name)} is an address of {claim.Desk.Words}.");

        if (!DomainDesks.IsPostmaster(local)) return null;
        var desk = PostmasterOf(domain);
        return (DirectoryMatch.Postmaster, desk,
            $"{LocalPart.Write(local, domain.Name)} goes to {desk.Words}, the postmaster: every domain has this address (RFC 5321 §4.5.1).");
    }

    private DirectoryAnswer FindTakenApart(DomainDesks domain, string local)
    {
        List<string> steps = [];
        var written = LocalPart.Write(local, domain.Name);
        if (FindWithoutExtension(domain, local) is var (plain, plainStep))
            return new(DirectoryMatch.Extension, plain.Mailboxes, [plainStep]);

        var (inside, insideDomain) = (local, domain);
        for (var layer = 0; layer < MaxWrappings && inside.Length <= MaxTakenApart; layer++)
        {
            if (!Wrapping.TryRemove(inside, insideDomain.Name, out var inner, out var kind)) break;
            steps.Add($"{LocalPart.Write(inside, insideDomain.Name)}: {kind} removed, {inner} remains.");
            if (!domains.TryGetValue(inner.Domain, out var innerDomain))
            {
                steps.Add($"{inner}: {inner.Domain} is not one of our domains (Domains).");
                break;
            }

            (inside, insideDomain) = (LocalPart.Meaning(inner.LocalPart), innerDomain);
            if (FindDirect(insideDomain, inside) is var (_, direct, sentence))
                return new(DirectoryMatch.Unwrapped, direct.Mailboxes, [.. steps, sentence]);
            if (FindWithoutExtension(insideDomain, inside) is var (desk, step))
                return new(DirectoryMatch.Unwrapped, desk.Mailboxes, [.. steps, step]);
        }

        if (domain.CatchAll is { } all)
            return new(DirectoryMatch.CatchAll, all.Desk.Mailboxes, [.. steps, $"{written}: nobody has this address, the catch-all of {domain.Name} is {all.Desk.Words}."]);

        return new(DirectoryMatch.Unknown, [], [.. steps, $"{written}: nobody has this address, and {domain.Name} has no catch-all."]);
    }

    // The longest remainder first: with anna+lists as an address of its own, anna+lists+dotnet is hers before anna's.
    private (Desk Desk, string Step)? FindWithoutExtension(DomainDesks domain, string local)
    {
        if (local.Length > MaxTakenApart) return null;
        for (var cut = local.LastIndexOf('+'); cut > 0; cut = local.LastIndexOf('+', cut - 1))
            if (FindDirect(domain, local.AsSpan(0, cut)) is var (_, desk, sentence))
                return (desk, $"{LocalPart.Write(local, domain.Name)}: extension removed, {sentence}");
        return null;
    }
}
