using Postroom.Directory;
using Postroom.Mail;
using Xunit;

namespace Postroom.Tests.Unit.Directory;

/// <summary>The company of the directory tests.</summary>
internal static class Sample
{
    public static DirectoryEntries Company { get; } = new(
        Domains: ["example.com", "example.org", "Bücher.example"],
        Mailboxes:
        [
            new("anna", ["anna@example.com", "anna.muster@example.com", "\"anna maria\"@example.com", "a=b@example.com"], []),
            new("bob", ["bob@example.com", "bob+private@example.com", "x.bob@*"], ["archive"]),
            new("carl", ["Carl@example.com", "bob+private+tax@example.com", "bob@example.org", "jörg@bücher.example"], []),
            new("office", ["*@example.org", "info@*"], []),
            new("web", ["info@bücher.example"], []),
            new("boss", [], []),
        ],
        Groups:
        [
            new("sales", ["sales@example.com"], ["bob", "carl"]),
            new("everyone", ["all@*"], ["anna", "sales", "Anna.Muster@example.com", "support"]),
            new("support", [], ["web", "sales", "sales@example.com", "postmaster@example.org"]),
        ],
        Postmaster: "boss",
        Postmasters: new Dictionary<string, string> { ["example_org"] = "office" },
        UnknownRecipient.Hold);

    public static EmailAddress Address(string text)
    {
        Assert.True(EmailAddress.TryParse(text, out var address), text);
        return address;
    }

    public static RecipientDirectory Build(DirectoryEntries entries)
    {
        Assert.True(RecipientDirectory.TryBuild(entries, out var directory, out var problems), string.Join('\n', problems));
        return directory;
    }
}
