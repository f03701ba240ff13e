using Postroom.Directory;
using Xunit;

namespace Postroom.Tests.Unit.Directory;

/// <summary>Rows of the table beside the settings of the sample company.</summary>
public sealed class RowTests
{
    [Fact]
    public void Rows_add_mailboxes_aliases_and_shared_addresses_to_the_settings()
    {
        var company = Build(out var problems,
            "anna.alias@example.com,anna,", "uwe@example.com,uwe,archive", "uwe@example.org,UWE,", ",vera,", "both@example.com,uwe vera sales,",
            "sales2@example.com,sales,", "*@bücher.example,uwe,archive", "vera@*,vera,");

        Assert.Empty(problems);
        string Desks(string address) => $"{company!.Find(Sample.Address(address)).Match} {string.Join(',', company.Find(Sample.Address(address)).Mailboxes)}";
        Assert.Equal("Mailbox anna", Desks("anna.alias@example.com"));
        Assert.Equal("Mailbox uwe", Desks("uwe@example.com"));
        Assert.Equal("Mailbox uwe", Desks("uwe@example.org"));
        Assert.Equal("Group uwe,vera,bob,carl", Desks("both@example.com"));
        Assert.Equal("Group bob,carl", Desks("sales2@example.com"));
        Assert.Equal("CatchAll uwe", Desks("nobody@bücher.example"));
        Assert.Equal("Mailbox vera", Desks("vera@example.com"));
        Assert.Equal(["archive"], company!.TargetsOf("uwe"));
        Assert.Empty(company.TargetsOf("vera"));
        Assert.Equal(["both@example.com is an address of the mailboxes uwe, vera, bob, carl."], company.Find(Sample.Address("both@example.com")).Steps);
    }

    [Theory]
    [InlineData("Line 2: anna@example.com already belongs to mailbox anna (Mailboxes__anna__Addresses); remove one of the two, or make a group of both.", "anna@example.com,uwe,")]
    [InlineData("Line 3: U@example.com already belongs to mailbox uwe (line 2); remove one of the two, or make a group of both.", "u@example.com,uwe,", "U@example.com,vera,")]
    [InlineData("Line 3: u@example.com already belongs to several mailboxes (line 2); remove one of the two, or make a group of both.", "u@example.com,anna bob,", "u@example.com,anna carl,")]
    [InlineData("Line 2: u@example.net is in a domain that is not in Domains, add example.net there or remove the address.", "u@example.net,uwe,")]
    [InlineData("Line 2: \"u\" is not an address, write an address like anna@example.com.", "u,uwe,")]
    [InlineData("Line 2: \"../uwe\" cannot be a name, write 1 to 64 letters, digits and . _ - @ +, beginning with a letter or digit.", "u@example.com,../uwe,")]
    [InlineData("Line 2: *@example.org is a second catch-all, mailbox office has it already (Mailboxes__office__Addresses); remove one of the two.", "*@example.org,uwe,")]
    [InlineData("Line 3: mailbox uwe already has archive (line 2); write the same target or leave it out.", "u@example.com,uwe,archive", "v@example.com,uwe,main")]
    [InlineData("Line 2: mailbox anna already has the default target (Mailboxes__anna); write the same target or leave it out.", "u@example.com,anna,archive")]
    [InlineData("Line 2: sales is a group (Groups__sales) and has no target of its own, leave it out.", "u@example.com,sales,archive")]
    [InlineData("Line 2: the target belongs to one mailbox, but the row names several; write it in a row of the mailbox itself.", "u@example.com,anna bob,archive")]
    [InlineData("Line 2: the address is missing, write the one these mailboxes share.", ",anna bob,")]
    [InlineData("Line 2: uwe is neither a mailbox nor a group, correct the name or add Mailboxes__uwe__Addresses.", "u@example.com,anna uwe,")]
    [InlineData(null, "u@example.com,uwe,", "U@example.com,Uwe,")]
    [InlineData(null, "u@example.com,uwe,", "v@example.com,uwe,archive")]
    [InlineData(null, "u@example.com,bob,archive")]
    public void Rows_that_contradict_are_refused_with_line_and_remedy(string? problem, params string[] rows)
    {
        var company = Build(out var problems, rows);

        Assert.Equal(problem is null ? [] : [problem], problems);
        Assert.Equal(problem is null, company is not null);
    }

    private static RecipientDirectory? Build(out IReadOnlyList<string> problems, params string[] rows)
    {
        var inFile = new List<string>();
        var read = DirectoryCsv.Read("address,mailbox,target\n" + string.Join('\n', rows), inFile);
        Assert.Empty(inFile);
        return DirectoryDraft.Build(Sample.Company, read, out problems);
    }
}
