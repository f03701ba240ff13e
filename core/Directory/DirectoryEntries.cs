namespace Postroom.Directory;

/// <summary>What the administrator wrote about who gets mail here, as the settings hold it: nothing checked, nothing resolved.</summary>
/// <param name="Domains">Our domains (setting <c>Domains</c>), as U-labels or A-labels.</param>
/// <param name="Mailboxes">The desks (<c>Mailboxes__{name}__*</c>).</param>
/// <param name="Groups">One address, several desks (<c>Groups__{name}__*</c>).</param>
/// <param name="Postmaster">Mailbox for what nobody else gets (<c>Postmaster</c>).</param>
/// <param name="Postmasters">Mailbox by domain where it is not <paramref name="Postmaster"/> (<c>Postmasters__{domain}</c>); dots may be written as <c>_</c>.</param>
/// <param name="UnknownRecipient">What happens to a letter whose recipient is known but has no desk here.</param>
public sealed record DirectoryEntries(
    IReadOnlyList<string> Domains,
    IReadOnlyList<MailboxEntry> Mailboxes,
    IReadOnlyList<GroupEntry> Groups,
    string Postmaster,
    IReadOnlyDictionary<string, string> Postmasters,
    UnknownRecipient UnknownRecipient)
{
    /// <summary>What happens to a letter in which no recipient was found at all (setting <c>UndeterminedRecipient</c>).
    /// Default null: the same as <see cref="UnknownRecipient"/>.</summary>
    public UnknownRecipient? UndeterminedRecipient { get; init; }
}

/// <summary>One desk.</summary>
/// <param name="Name">Its name, unique without case among mailboxes and groups.</param>
/// <param name="Addresses"><c>anna@example.com</c>; <c>*@example.com</c>: everything nobody else has in that domain; <c>anna@*</c>: anna in every domain of ours.</param>
/// <param name="Targets">Names of the targets its letters go to; empty: the default target.</param>
public sealed record MailboxEntry(string Name, IReadOnlyList<string> Addresses, IReadOnlyList<string> Targets);

/// <summary>One address, several desks.</summary>
/// <param name="Name">Its name, unique without case among mailboxes and groups.</param>
/// <param name="Addresses">As in <see cref="MailboxEntry"/>; none is allowed for a group that is only a member of others.</param>
/// <param name="Members">Names of mailboxes or groups, or addresses of ours.</param>
public sealed record GroupEntry(string Name, IReadOnlyList<string> Addresses, IReadOnlyList<string> Members);
