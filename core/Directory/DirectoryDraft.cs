namespace Postroom.Directory;

/// <summary>A directory while it is put together. Collects every contradiction instead of stopping at the first, and
/// says of each where it stands and what to write.</summary>
internal sealed class DirectoryDraft
{
    private readonly List<string> problems = [];
    private readonly Dictionary<string, Claim> desks = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (IReadOnlyList<string> Targets, string Place)> targets = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DomainDesks> domains = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Claim> everywhere = new(LocalPart.Comparer);
    private readonly List<GroupDraft> groups = [];
    private Desk? postmaster;

    private sealed record GroupDraft(Desk Desk, IReadOnlyList<string> Members, string Place)
    {
        public List<Desk> Desks { get; } = [];

        /// <summary>The member to look at next.</summary>
        public int Next { get; set; }

        /// <summary>Whether it is on the way to what is looked at now.</summary>
        public bool IsOpen { get; set; }
    }

    public static RecipientDirectory? Build(DirectoryEntries settings, IReadOnlyList<DirectoryRow> rows, out IReadOnlyList<string> problems)
    {
        var draft = new DirectoryDraft();
        draft.AddDomains(settings);
        draft.AddNames(settings);
        draft.AddNames(rows);
        draft.AddAddresses(settings);
        draft.AddAddresses(rows);
        draft.AddPostmasters(settings);
        draft.JoinGroups();
        problems = draft.problems;
        return draft.problems.Count > 0 ? null : new RecipientDirectory(
            draft.domains, draft.everywhere, draft.postmaster!,
            draft.targets.ToDictionary(t => t.Key, t => t.Value.Targets, StringComparer.OrdinalIgnoreCase),
            settings.UnknownRecipient, settings.UndeterminedRecipient ?? settings.UnknownRecipient);
    }

    private void AddDomains(DirectoryEntries settings)
    {
        foreach (var text in settings.Domains)
        {
            if (AddressPattern.TryParseDomain(text, out var domain))
                domains.TryAdd(domain, new DomainDesks(domain, everywhere));
            else
                problems.Add($"Domains: \"{text}\" is not a domain, write the part behind the at sign, like example.com.");
        }
    }

    private void AddNames(DirectoryEntries settings)
    {
        foreach (var mailbox in settings.Mailboxes)
        {
            var place = $"Mailboxes__{mailbox.Name}";
            if (TryName(mailbox.Name, DirectoryMatch.Mailbox, place))
                targets[mailbox.Name] = (mailbox.Targets, place);
        }

        foreach (var group in settings.Groups)
        {
            var place = $"Groups__{group.Name}";
            if (!TryName(group.Name, DirectoryMatch.Group, place)) continue;
            groups.Add(new(desks[group.Name].Desk, group.Members, $"{place}__Members"));
            if (group.Members.Count == 0)
                problems.Add($"{place}__Members: the group has no members, write the names of its mailboxes.");
        }
    }

    private bool TryName(string name, DirectoryMatch match, string place)
    {
        if (!MailboxName.IsValid(name))
            problems.Add($"{place}: \"{name}\" cannot be a name, {MailboxName.Rule}.");
        else if (desks.TryGetValue(name, out var other))
            problems.Add($"{place}: the name {name} is already taken by {Inner(other.Place)}, choose another for one of them.");
        else
        {
            desks.Add(name, new(Desk.Of(name, match), place));
            return true;
        }

        return false;
    }

    private void AddNames(IReadOnlyList<DirectoryRow> rows)
    {
        foreach (var row in rows)
        {
            // Several names are a way to share an address, not to describe a mailbox: a typing error in them is then found.
            if (row.Mailboxes is not [var name])
            {
                if (row.Targets.Count > 0)
                    problems.Add($"{row.Place}: the target belongs to one mailbox, but the row names several; write it in a row of the mailbox itself.");
                continue;
            }

            if (!desks.TryGetValue(name, out var known) && !TryName(name, DirectoryMatch.Mailbox, row.Place)) continue;
            if (known.Desk is { Match: DirectoryMatch.Group })
            {
                if (row.Targets.Count > 0)
                    problems.Add($"{row.Place}: {name} is a group ({known.Place}) and has no target of its own, leave it out.");
            }
            else if (row.Targets.Count == 0)
                targets.TryAdd(name, ([], row.Place));
            else if (!targets.TryGetValue(name, out var present) || (present.Targets.Count == 0 && !IsSetting(present.Place)))
                targets[name] = (row.Targets, row.Place);
            else if (!present.Targets.SequenceEqual(row.Targets, StringComparer.OrdinalIgnoreCase))
            {
                var said = present.Targets.Count == 0 ? "the default target" : string.Join(' ', present.Targets);
                problems.Add($"{row.Place}: mailbox {name} already has {said} ({Inner(present.Place)}); write the same target or leave it out.");
            }
        }
    }

    private static bool IsSetting(string place) => place.StartsWith("Mailboxes__", StringComparison.Ordinal);

    private void AddAddresses(DirectoryEntries settings)
    {
        foreach (var mailbox in settings.Mailboxes)
            AddAddresses(mailbox.Name, mailbox.Addresses, $"Mailboxes__{mailbox.Name}__Addresses");
        foreach (var group in settings.Groups)
            AddAddresses(group.Name, group.Addresses, $"Groups__{group.Name}__Addresses");
    }

    private void AddAddresses(string name, IReadOnlyList<string> addresses, string place)
    {
        // A name that was refused has said so; its addresses are checked all the same.
        var desk = desks.TryGetValue(name, out var known) ? known.Desk : Desk.Of(name, DirectoryMatch.Mailbox);
        foreach (var address in addresses) AddAddress(address, desk, place);
    }

    private void AddAddresses(IReadOnlyList<DirectoryRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Address.Length == 0)
            {
                if (row.Mailboxes.Count > 1)
                    problems.Add($"{row.Place}: the address is missing, write the one these mailboxes share.");
            }
            else if (row.Mailboxes is [var name])
                AddAddresses(name, [row.Address], row.Place);
            else
            {
                var desk = Desk.Shared(row.Address);
                AddAddress(row.Address, desk, row.Place);
                groups.Add(new(desk, row.Mailboxes, row.Place));
            }
        }
    }

    private void AddAddress(string text, Desk desk, string place)
    {
        if (!AddressPattern.TryParse(text, out var pattern, out var remedy))
        {
            problems.Add($"{place}: \"{text}\" is not an address, {remedy}.");
            return;
        }

        var claim = new Claim(desk, place);
        if (pattern.Domain is null)
            Take(everywhere, pattern.Local!, claim, text);
        else if (!domains.TryGetValue(pattern.Domain, out var domain))
            problems.Add($"{place}: {text} is in a domain that is not in Domains, add {pattern.Domain} there or remove the address.");
        else if (pattern.Local is not null)
            Take(domain.Addresses, pattern.Local, claim, text);
        else if (domain.CatchAll is null)
            domain.CatchAll = claim;
        else if (domain.CatchAll is { } other && other.Desk != desk)
            problems.Add($"{place}: {text} is a second catch-all, {other.Desk.Words} has it already ({Inner(other.Place)}); remove one of the two.");
    }

    private void Take(Dictionary<string, Claim> claims, string local, Claim claim, string text)
    {
        if (!claims.TryAdd(local, claim) && claims[local] is var other && other.Desk != claim.Desk)
            problems.Add($"{claim.Place}: {text} already belongs to {other.Desk.Words} ({Inner(other.Place)}); remove one of the two, or make a group of both.");
    }

    private void AddPostmasters(DirectoryEntries settings)
    {
        postmaster = FindPostmaster("Postmaster", settings.Postmaster);
        foreach (var (key, name) in settings.Postmasters)
        {
            // A setting's name cannot carry dots everywhere: "_" stands for them, which no host name has (RFC 952).
            var place = $"Postmasters__{key}";
            var desk = FindPostmaster(place, name);
            if (FindDomain(key) is not { } domain)
                problems.Add($"{place}: this domain is not in Domains, add it there or remove the setting.");
            else if (desk is not null && domain.Postmaster is { } other && other != desk)
                problems.Add($"{place}: {domain.Name} has mailbox {other.Name} as postmaster already, keep one of the two settings.");
            else
                domain.Postmaster = desk;
        }
    }

    private DomainDesks? FindDomain(string key) =>
        (AddressPattern.TryParseDomain(key, out var written) && domains.TryGetValue(written, out var domain)) ||
        (AddressPattern.TryParseDomain(key.Replace('_', '.'), out written) && domains.TryGetValue(written, out domain)) ? domain : null;

    private Desk? FindPostmaster(string place, string name)
    {
        if (desks.TryGetValue(name.Trim(), out var claim) && claim.Desk.Match == DirectoryMatch.Mailbox) return claim.Desk;
        problems.Add(name.Trim().Length == 0
            ? $"{place}: write the mailbox that gets what nobody else gets."
            : $"{place}: {name} is not a mailbox, write the name of one that exists (Mailboxes__{name}__Addresses).");
        return null;
    }

    private void JoinGroups()
    {
        var byDesk = new Dictionary<Desk, GroupDraft>();
        foreach (var group in groups)
        {
            byDesk.Add(group.Desk, group);
            foreach (var member in group.Members)
                if (FindMember(member, group.Place) is { } desk)
                    group.Desks.Add(desk);
        }

        foreach (var group in groups) Join(group, byDesk);
    }

    private Desk? FindMember(string member, string place)
    {
        if (desks.TryGetValue(member.Trim(), out var named)) return named.Desk;
        if (!member.Contains('@', StringComparison.Ordinal))
            problems.Add($"{place}: {member} is neither a mailbox nor a group, correct the name or add Mailboxes__{member}__Addresses.");
        else if (!AddressPattern.TryParse(member, out var pattern, out var remedy) || pattern.Local is null || pattern.Domain is null)
            problems.Add($"{place}: \"{member}\" cannot be a member, {(remedy.Length > 0 ? remedy : "write one address")}.");
        else if (!domains.TryGetValue(pattern.Domain, out var domain))
            problems.Add($"{place}: {member} is not in a domain of ours (Domains), and letters are not sent on to others; write a mailbox.");
        else if (domain.TryFind(pattern.Local, out var claim))
            return claim.Desk;
        else if (DomainDesks.IsPostmaster(pattern.Local))
            return domain.Postmaster ?? postmaster;
        else
            problems.Add($"{place}: nobody has the address {member}, write a mailbox, a group or an address that exists.");
        return null;
    }

    /// <summary>Lists the mailboxes below a group, each once and in the order written. Each group is done once, and the
    /// way down is kept here, not in calls: groups may be nested as deep as somebody likes.</summary>
    private void Join(GroupDraft start, Dictionary<Desk, GroupDraft> byDesk)
    {
        var way = new Stack<GroupDraft>();
        Enter(start);
        while (way.TryPeek(out var group))
        {
            if (group.Next == group.Desks.Count)
            {
                group.Desk.Mailboxes = [.. group.Desks.SelectMany(d => d.Mailboxes).Distinct(StringComparer.Ordinal)];
                group.IsOpen = false;
                way.Pop();
            }
            else if (byDesk.TryGetValue(group.Desks[group.Next++], out var member))
            {
                if (member.IsOpen) ReportLoop(member, way);
                else Enter(member);
            }
        }

        void Enter(GroupDraft group)
        {
            if (group.Next > 0) return;
            group.IsOpen = true;
            way.Push(group);
        }
    }

    private void ReportLoop(GroupDraft group, Stack<GroupDraft> way)
    {
        var names = way.TakeWhile(g => g != group).Select(g => g.Desk.Name).Reverse();
        problems.Add($"{group.Place}: the group contains itself ({string.Join(" → ", [group.Desk.Name, .. names, group.Desk.Name])}), remove one of these members.");
    }

    // A place begins a sentence ("Line 7"); inside one it has no capital, unless it is the name of a setting.
    private static string Inner(string place) =>
        place.Contains("__", StringComparison.Ordinal) ? place : char.ToLowerInvariant(place[0]) + place[1..];
}
