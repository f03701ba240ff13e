using Postroom.Directory;
using Xunit;

namespace Postroom.Tests.Unit.Directory;

public sealed class ContradictionTests
{
    private static readonly DirectoryEntries Good = new(
        ["example.com", "example.org"],
        [new("anna", ["anna@example.com"], []), new("bob", ["bob@example.com"], [])],
        [new("both", ["both@example.com"], ["anna", "bob"])],
        "anna", new Dictionary<string, string>(), UnknownRecipient.Postmaster);

    public static TheoryData<string, DirectoryEntries, string[]> Cases => new()
    {
        { "no contradiction", Good, [] },
        { "a domain that is none", Good with { Domains = [.. Good.Domains, "anna@example.net", " "] },
            ["Domains: \"anna@example.net\" is not a domain, write the part behind the at sign, like example.com.",
             "Domains: \" \" is not a domain, write the part behind the at sign, like example.com."] },
        { "a domain written twice is no contradiction", Good with { Domains = [.. Good.Domains, "EXAMPLE.com"] }, [] },
        { "an address that is none", WithMailbox("carl", "carl.example.com"),
            ["Mailboxes__carl__Addresses: \"carl.example.com\" is not an address, write an address like anna@example.com."] },
        { "a pattern that is none", WithMailbox("carl", "carl*@example.com", "*@*", "*@", "@*"),
            ["Mailboxes__carl__Addresses: \"carl*@example.com\" is not an address, a star stands alone, as in *@example.com or anna@*; put quotation marks around the part before the at sign if the star belongs to it.",
             "Mailboxes__carl__Addresses: \"*@*\" is not an address, a catch-all is per domain, write *@example.com for each of them.",
             "Mailboxes__carl__Addresses: \"*@\" is not an address, write a domain of ours after *@, like *@example.com.",
             "Mailboxes__carl__Addresses: \"@*\" is not an address, write a name before @*, like anna@*."] },
        { "an address in a domain that is not ours", WithMailbox("carl", "carl@example.net", "*@example.net"),
            ["Mailboxes__carl__Addresses: carl@example.net is in a domain that is not in Domains, add example.net there or remove the address.",
             "Mailboxes__carl__Addresses: *@example.net is in a domain that is not in Domains, add example.net there or remove the address."] },
        { "an address of two mailboxes", WithMailbox("carl", "\"Anna\"@Example.com"),
            ["Mailboxes__carl__Addresses: \"Anna\"@Example.com already belongs to mailbox anna (Mailboxes__anna__Addresses); remove one of the two, or make a group of both."] },
        { "an address written twice for one mailbox is no contradiction", WithMailbox("carl", "carl@example.com", "Carl@example.com"), [] },
        { "an address of a mailbox and a group", WithGroup("carl", ["anna@example.com"], "bob"),
            ["Groups__carl__Addresses: anna@example.com already belongs to mailbox anna (Mailboxes__anna__Addresses); remove one of the two, or make a group of both."] },
        { "an alias for all domains may have an exception", WithMailbox("carl", "anna@*"), [] },
        { "two aliases for all domains", Good with { Mailboxes = [.. Good.Mailboxes, new("carl", ["x@*"], []), new("dora", ["x@*"], [])] },
            ["Mailboxes__dora__Addresses: x@* already belongs to mailbox carl (Mailboxes__carl__Addresses); remove one of the two, or make a group of both."] },
        { "two catch-alls", Good with { Mailboxes = [.. Good.Mailboxes, new("carl", ["*@example.com", "*@example.org"], []), new("dora", ["*@example.com"], [])] },
            ["Mailboxes__dora__Addresses: *@example.com is a second catch-all, mailbox carl has it already (Mailboxes__carl__Addresses); remove one of the two."] },
        { "a catch-all written twice for one mailbox is no contradiction", WithMailbox("carl", "*@example.com", "*@EXAMPLE.com"), [] },
        { "a name taken twice", Good with { Mailboxes = [.. Good.Mailboxes, new("Anna", [], []), new("BOTH", [], [])] },
            ["Mailboxes__Anna: the name Anna is already taken by Mailboxes__anna, choose another for one of them.",
             "Groups__both: the name both is already taken by Mailboxes__BOTH, choose another for one of them."] },
        { "names that would leave the folder", Good with { Mailboxes = [.. Good.Mailboxes, new("../anna", [], []), new("", [], []), new("a/b", [], [])] },
            ["Mailboxes__../anna: \"../anna\" cannot be a name, write 1 to 64 letters, digits and . _ - @ +, beginning with a letter or digit.",
             "Mailboxes__: \"\" cannot be a name, write 1 to 64 letters, digits and . _ - @ +, beginning with a letter or digit.",
             "Mailboxes__a/b: \"a/b\" cannot be a name, write 1 to 64 letters, digits and . _ - @ +, beginning with a letter or digit."] },
        { "a group without members", WithGroup("carl", ["carl@example.com"]),
            ["Groups__carl__Members: the group has no members, write the names of its mailboxes."] },
        { "members that do not exist", WithGroup("carl", [], "dora", "dora@example.com", "dora@example.net", "*@example.com", "a@b@c"),
            ["Groups__carl__Members: dora is neither a mailbox nor a group, correct the name or add Mailboxes__dora__Addresses.",
             "Groups__carl__Members: nobody has the address dora@example.com, write a mailbox, a group or an address that exists.",
             "Groups__carl__Members: dora@example.net is not in a domain of ours (Domains), and letters are not sent on to others; write a mailbox.",
             "Groups__carl__Members: \"*@example.com\" cannot be a member, write one address.",
             "Groups__carl__Members: \"a@b@c\" cannot be a member, write an address like anna@example.com."] },
        { "a group that contains itself", WithGroup("carl", [], "carl", "anna"),
            ["Groups__carl__Members: the group contains itself (carl → carl), remove one of these members."] },
        { "groups in a ring", Good with { Groups = [new("one", [], ["two"]), new("two", ["two@example.com"], ["three", "anna"]), new("three", [], ["one"])] },
            ["Groups__one__Members: the group contains itself (one → two → three → one), remove one of these members."] },
        { "a ring through an address, seen from outside", Good with { Groups = [new("zero", [], ["one"]), new("one", ["one@example.com"], ["two"]), new("two", [], ["one@example.com"])] },
            ["Groups__one__Members: the group contains itself (one → two → one), remove one of these members."] },
        { "no postmaster", Good with { Postmaster = " " },
            ["Postmaster: write the mailbox that gets what nobody else gets."] },
        { "a postmaster that is not a mailbox", Good with { Postmaster = "dora" },
            ["Postmaster: dora is not a mailbox, write the name of one that exists (Mailboxes__dora__Addresses)."] },
        { "a postmaster that is a group", Good with { Postmaster = "both" },
            ["Postmaster: both is not a mailbox, write the name of one that exists (Mailboxes__both__Addresses)."] },
        { "postmasters of domains", Good with { Postmasters = new Dictionary<string, string> { ["example_net"] = "anna", ["example_org"] = "dora" } },
            ["Postmasters__example_net: this domain is not in Domains, add it there or remove the setting.",
             "Postmasters__example_org: dora is not a mailbox, write the name of one that exists (Mailboxes__dora__Addresses)."] },
        { "two postmasters of a domain", Good with { Postmasters = new Dictionary<string, string> { ["example_org"] = "anna", ["example.org"] = "bob" } },
            ["Postmasters__example.org: example.org has mailbox anna as postmaster already, keep one of the two settings."] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Contradictions_are_reported_all_at_once_with_setting_and_remedy(string what, DirectoryEntries entries, string[] expected)
    {
        var built = RecipientDirectory.TryBuild(entries, out var directory, out var problems);

        Assert.Equal(expected, problems);
        Assert.True(built == (expected.Length == 0) && built == directory is not null, what);
    }

    [Fact]
    public void Ten_thousand_nested_groups_are_no_loop()
    {
        var groups = Enumerable.Range(0, 10_000)
            .Select(i => new GroupEntry($"g{i}", i == 0 ? ["all@example.com"] : [], i == 9_999 ? ["anna"] : [$"g{i + 1}"])).ToList();
        var company = Sample.Build(Good with { Groups = groups });

        Assert.Equal(["anna"], company.Find(Sample.Address("all@example.com")).Mailboxes);
    }

    private static DirectoryEntries WithMailbox(string name, params string[] addresses) =>
        Good with { Mailboxes = [.. Good.Mailboxes, new(name, addresses, [])] };

    private static DirectoryEntries WithGroup(string name, string[] addresses, params string[] members) =>
        Good with { Groups = [.. Good.Groups, new(name, addresses, members)] };
}
