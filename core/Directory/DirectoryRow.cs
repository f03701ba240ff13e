namespace Postroom.Directory;

/// <summary>One row of the directory table.</summary>
/// <param name="Address">As in <see cref="MailboxEntry.Addresses"/>; empty: the row only describes the mailbox.</param>
/// <param name="Mailboxes">One name: whose address it is. Several: all of them get the letter.</param>
/// <param name="Targets">Targets of the one mailbox; empty: what another row of it or the default says.</param>
/// <param name="Place">Where it stands, to begin a sentence with.</param>
internal sealed record DirectoryRow(string Address, IReadOnlyList<string> Mailboxes, IReadOnlyList<string> Targets, string Place);
