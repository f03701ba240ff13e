using Postroom.Accounts;
using Postroom.Directory;

namespace Postroom.Tests.Unit.Doctor;

/// <summary>The company whose mailbox the doctor looks at.</summary>
internal static class Company
{
    public static readonly string[] People = ["anna", "ben", "clara", "dora", "sales"];

    public static RecipientDirectory Directory { get; } = Build(
    [
        .. People.Append("boss").Select(static name => new MailboxEntry(name, [$"{name}@example.com"], [])),
        new("postmaster", [], []),
    ]);

    /// <summary>Nobody is written down yet: one catch-all.</summary>
    public static RecipientDirectory OnlyCatchAll { get; } = Build([new("postmaster", ["*@example.com"], [])]);

    public static Account Account { get; } = new()
    {
        Name = "office",
        Host = "pop.provider.example",
        Port = 995,
        UserName = "m12345",
        Password = "secret",
        Domains = ["example.com"],
    };

    private static RecipientDirectory Build(IReadOnlyList<MailboxEntry> mailboxes)
    {
        var entries = new DirectoryEntries(["example.com"], mailboxes, [], "postmaster", new Dictionary<string, string>(), UnknownRecipient.Postmaster);
        return RecipientDirectory.TryBuild(entries, out var directory, out var problems) ? directory : throw new InvalidDataException(string.Join('\n', problems));
    }
}
