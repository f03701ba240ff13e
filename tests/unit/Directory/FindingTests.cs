using Postroom.Directory;
using Xunit;

namespace Postroom.Tests.Unit.Directory;

public sealed class FindingTests
{
    private static readonly RecipientDirectory Company = Sample.Build(Sample.Company);

    [Theory]
    // The address as it is written.
    [InlineData("anna@example.com", DirectoryMatch.Mailbox, "anna")]
    [InlineData("anna.muster@example.com", DirectoryMatch.Mailbox, "anna")]
    [InlineData("ANNA@example.com", DirectoryMatch.Mailbox, "anna")]
    [InlineData("carl@EXAMPLE.com", DirectoryMatch.Mailbox, "carl")]
    [InlineData("\"anna\"@example.com", DirectoryMatch.Mailbox, "anna")]
    [InlineData("\"an\\na\"@example.com", DirectoryMatch.Mailbox, "anna")]
    [InlineData("\"anna\".muster@example.com", DirectoryMatch.Mailbox, "anna")]
    [InlineData("\"Anna Maria\"@example.com", DirectoryMatch.Mailbox, "anna")]
    [InlineData("jörg@bücher.example", DirectoryMatch.Mailbox, "carl")]
    [InlineData("jo\u0308rg@bücher.example", DirectoryMatch.Mailbox, "carl")]
    [InlineData("JÖRG@xn--bcher-kva.example", DirectoryMatch.Mailbox, "carl")]
    // An alias for every domain, and its exception in one.
    [InlineData("x.bob@example.com", DirectoryMatch.Mailbox, "bob")]
    [InlineData("x.bob@example.org", DirectoryMatch.Mailbox, "bob")]
    [InlineData("info@example.com", DirectoryMatch.Mailbox, "office")]
    [InlineData("info@bücher.example", DirectoryMatch.Mailbox, "web")]
    // Groups: nested, each mailbox once, in the order written.
    [InlineData("sales@example.com", DirectoryMatch.Group, "bob,carl")]
    [InlineData("all@example.com", DirectoryMatch.Group, "anna,bob,carl,web,office")]
    [InlineData("all@example.org", DirectoryMatch.Group, "anna,bob,carl,web,office")]
    // The postmaster every domain has.
    [InlineData("postmaster@example.com", DirectoryMatch.Postmaster, "boss")]
    [InlineData("PostMaster@bücher.example", DirectoryMatch.Postmaster, "boss")]
    [InlineData("postmaster@example.org", DirectoryMatch.Postmaster, "office")]
    // Extensions: only after the full address, longest remainder first.
    [InlineData("anna+news@example.com", DirectoryMatch.Extension, "anna")]
    [InlineData("anna+@example.com", DirectoryMatch.Extension, "anna")]
    [InlineData("anna+a+b+c@example.com", DirectoryMatch.Extension, "anna")]
    [InlineData("\"anna+a b\"@example.com", DirectoryMatch.Extension, "anna")]
    [InlineData("bob+private@example.com", DirectoryMatch.Mailbox, "bob")]
    [InlineData("bob+private+tax@example.com", DirectoryMatch.Mailbox, "carl")]
    [InlineData("bob+private+tax+2026@example.com", DirectoryMatch.Extension, "carl")]
    [InlineData("bob+private+golf@example.com", DirectoryMatch.Extension, "bob")]
    [InlineData("sales+spring@example.com", DirectoryMatch.Extension, "bob,carl")]
    [InlineData("info+x@bücher.example", DirectoryMatch.Extension, "web")]
    [InlineData("postmaster+dmarc@example.com", DirectoryMatch.Extension, "boss")]
    [InlineData("anna+bob=example.com@example.com", DirectoryMatch.Extension, "anna")]
    [InlineData("anna-news@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("+anna@example.com", DirectoryMatch.Unknown, "")]
    // Wrapped addresses that come back.
    [InlineData("prvs=0123456789=anna@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("PRVS=0123ABCDEF=Anna+news@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("prvs=0123456789=sales@example.com", DirectoryMatch.Unwrapped, "bob,carl")]
    [InlineData("prvs=0123456789=postmaster@example.com", DirectoryMatch.Unwrapped, "boss")]
    [InlineData("prvs=0123456789=nobody@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("prvs=0123456789@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("prvs=@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("SRS0=HHHH=TT=example.com=anna@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("srs0+hhhh=tt=example.org=bob@example.com", DirectoryMatch.Unwrapped, "carl")]
    [InlineData("SRS0-HHHH=TT=xn--bcher-kva.example=jörg@example.com", DirectoryMatch.Unwrapped, "carl")]
    [InlineData("SRS0=HHHH=TT=example.com=anna+a=b@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("SRS1=GGGG=relay.example==HHHH=TT=example.com=anna@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("SRS1=GGGG=relay.example=+HHHH=TT=example.com=anna@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("prvs=0123456789=SRS0=HHHH=TT=example.com=anna@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("SRS0=HHHH=TT=other.example=anna@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("SRS0=HHHH=TT=example.com@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("SRS0@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("SRS1=@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("list+anna=example.com@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("list+anna+news=example.com@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("list+a=b=example.com@example.com", DirectoryMatch.Unwrapped, "anna")]
    [InlineData("list+anna=other.example@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("list+anna=@example.com", DirectoryMatch.Unknown, "")]
    // The catch-all of the domain the letter came to.
    [InlineData("anna@example.org", DirectoryMatch.CatchAll, "office")]
    [InlineData("*@example.org", DirectoryMatch.CatchAll, "office")]
    [InlineData("SRS0=HHHH=TT=other.example=anna@example.org", DirectoryMatch.CatchAll, "office")]
    [InlineData("list+nobody=example.com@example.org", DirectoryMatch.CatchAll, "office")]
    // Nobody.
    [InlineData("nobody@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("boss@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("*@example.com", DirectoryMatch.Unknown, "")]
    [InlineData("anna@other.example", DirectoryMatch.NotOurs, "")]
    [InlineData("anna@mail.example.com", DirectoryMatch.NotOurs, "")]
    [InlineData("anna@notexample.com", DirectoryMatch.NotOurs, "")]
    [InlineData("SRS0=HHHH=TT=example.com=anna@other.example", DirectoryMatch.NotOurs, "")]
    public void An_address_leads_to_its_desks(string recipient, DirectoryMatch match, string mailboxes)
    {
        var answer = Company.Find(Sample.Address(recipient));

        Assert.Equal((match, mailboxes), (answer.Match, string.Join(',', answer.Mailboxes)));
    }

    [Theory]
    [InlineData("anna@example.com", "anna@example.com is an address of mailbox anna.")]
    [InlineData("ANNA@example.com", "ANNA@example.com is an address of mailbox anna.")]
    [InlineData("\"anna\"@example.com", "anna@example.com is an address of mailbox anna.")]
    [InlineData("\"anna maria\"@example.com", "\"anna maria\"@example.com is an address of mailbox anna.")]
    [InlineData("sales@example.com", "sales@example.com is an address of group sales.")]
    [InlineData("anna+news@example.com", "anna+news@example.com: extension removed, anna@example.com is an address of mailbox anna.")]
    [InlineData("postmaster@example.com", "postmaster@example.com goes to mailbox boss, the postmaster: every domain has this address (RFC 5321 §4.5.1).")]
    [InlineData("anna@example.org", "anna@example.org: nobody has this address, the catch-all of example.org is mailbox office.")]
    [InlineData("nobody@example.com", "nobody@example.com: nobody has this address, and example.com has no catch-all.")]
    [InlineData("anna@other.example", "anna@other.example: other.example is not one of our domains (Domains).")]
    [InlineData("prvs=0123456789=anna+news@example.com",
        "prvs=0123456789=anna+news@example.com: BATV tag removed, anna+news@example.com remains.",
        "anna+news@example.com: extension removed, anna@example.com is an address of mailbox anna.")]
    [InlineData("SRS0=HHHH=TT=other.example=eve@example.com",
        "SRS0=HHHH=TT=other.example=eve@example.com: SRS0 wrapping removed, eve@other.example remains.",
        "eve@other.example: other.example is not one of our domains (Domains).",
        "SRS0=HHHH=TT=other.example=eve@example.com: nobody has this address, and example.com has no catch-all.")]
    public void The_way_is_told_in_words(string recipient, params string[] steps) =>
        Assert.Equal(steps, Company.Find(Sample.Address(recipient)).Steps);

    [Theory]
    [InlineData("example.com", "boss")]
    [InlineData("example.org", "office")]
    [InlineData("other.example", "boss")]
    [InlineData("", "boss")]
    public void Every_domain_has_a_postmaster(string domain, string mailbox) =>
        Assert.Equal(mailbox, Company.PostmasterFor(domain));

    [Fact]
    public void A_postmaster_address_given_to_a_mailbox_is_an_address_like_any_other()
    {
        var company = Sample.Build(Sample.Company with { Mailboxes = [.. Sample.Company.Mailboxes, new("it", ["postmaster@example.com"], [])] });

        Assert.Equal(DirectoryMatch.Mailbox, company.Find(Sample.Address("postmaster@example.com")).Match);
        Assert.Equal(["it"], company.Find(Sample.Address("postmaster@example.com")).Mailboxes);
        Assert.Equal("boss", company.PostmasterFor("example.com"));
    }

    [Fact]
    public void A_group_may_be_a_catch_all()
    {
        var company = Sample.Build(Sample.Company with { Groups = [.. Sample.Company.Groups, new("desk", ["*@example.com"], ["anna", "bob"])] });

        Assert.Equal(DirectoryMatch.CatchAll, company.Find(Sample.Address("nobody@example.com")).Match);
        Assert.Equal(["anna", "bob"], company.Find(Sample.Address("nobody@example.com")).Mailboxes);
    }

    [Fact]
    public void Mailboxes_and_targets_are_listed()
    {
        Assert.Equal(["anna", "bob", "carl", "office", "web", "boss"], Company.Mailboxes);
        Assert.Equal(["archive"], Company.TargetsOf("BOB"));
        Assert.Empty(Company.TargetsOf("anna"));
        Assert.True(Company.HasMailbox("Anna"));
        Assert.False(Company.HasMailbox("sales"));
        Assert.Equal(16, Company.AddressCount);
    }

    [Fact]
    public void The_default_address_is_not_ours() =>
        Assert.Equal(DirectoryMatch.NotOurs, Company.Find(default).Match);

    [Fact]
    public void No_recipient_and_unknown_recipient_may_be_treated_differently()
    {
        Assert.Equal(UnknownRecipient.Hold, Company.UnknownRecipient);
        Assert.Equal(UnknownRecipient.Hold, Company.UndeterminedRecipient);

        var company = Sample.Build(Sample.Company with { UndeterminedRecipient = UnknownRecipient.Postmaster });
        Assert.Equal(UnknownRecipient.Hold, company.UnknownRecipient);
        Assert.Equal(UnknownRecipient.Postmaster, company.UndeterminedRecipient);
    }

    [Fact]
    public void A_domain_without_any_address_sends_everything_to_nobody()
    {
        var company = Sample.Build(new(["example.net"], [new("anna", [], [])], [], "anna", new Dictionary<string, string>(), UnknownRecipient.Postmaster));

        Assert.Equal(DirectoryMatch.Unknown, company.Find(Sample.Address("anna@example.net")).Match);
    }

    [Fact]
    public void A_direct_match_allocates_only_its_answer()
    {
        var anna = Sample.Address("anna@example.com");
        Company.Find(anna);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Company.Find(anna);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;

        // The record (40), one array of one step (32), the sentence and the address in it (22 + 2 bytes a character).
        Assert.InRange(each, 0, 300);
    }
}
