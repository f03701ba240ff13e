using Postroom.Mail;
using Xunit;

namespace Postroom.Tests.Unit.Mail;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("anna@example.com", "anna", "example.com")]
    [InlineData("Anna.Muster+Liste@Example.COM", "Anna.Muster+Liste", "example.com")]
    [InlineData("\"anna maria\"@example.com", "\"anna maria\"", "example.com")]
    [InlineData("\"anna@home\"@example.com", "\"anna@home\"", "example.com")]
    [InlineData("\"a\\\"b\"@example.com", "\"a\\\"b\"", "example.com")]
    [InlineData("\"anna\".maria@example.com", "\"anna\".maria", "example.com")]
    [InlineData("anna..maria.@example.com", "anna..maria.", "example.com")]
    [InlineData("anna@example.com.", "anna", "example.com")]
    [InlineData("anna@localhost", "anna", "localhost")]
    [InlineData("anna@mail_1.example.com", "anna", "mail_1.example.com")]
    [InlineData("anna@[192.0.2.1]", "anna", "[192.0.2.1]")]
    [InlineData("anna@[IPv6:2001:DB8::1]", "anna", "[ipv6:2001:db8::1]")]
    [InlineData("jürgen@example.com", "jürgen", "example.com")]
    [InlineData("用户@example.com", "用户", "example.com")]
    [InlineData("😀@example.com", "😀", "example.com")]
    [InlineData("anna@müller.example", "anna", "xn--mller-kva.example")]
    [InlineData("anna@MÜLLER.example", "anna", "xn--mller-kva.example")]
    [InlineData("anna@mu\u0308ller.example", "anna", "xn--mller-kva.example")]
    [InlineData("anna@MU\u0308LLER.example", "anna", "xn--mller-kva.example")]
    [InlineData("anna@XN--MLLER-KVA.example", "anna", "xn--mller-kva.example")]
    [InlineData("anna@straße.example", "anna", "xn--strae-oqa.example")]
    [InlineData("anna@ｅｘａｍｐｌｅ．ｃｏｍ", "anna", "example.com")]
    [InlineData("anna@example。com", "anna", "example.com")]
    [InlineData("prvs=1234567890=anna@example.com", "prvs=1234567890=anna", "example.com")]
    [InlineData("a%b!c@example.com", "a%b!c", "example.com")]
    public void A_mailbox_is_read(string text, string localPart, string domain)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal(localPart, address.LocalPart);
        Assert.Equal(domain, address.Domain);
        Assert.Equal($"{localPart}@{domain}", address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("anna")]
    [InlineData("@example.com")]
    [InlineData("anna@")]
    [InlineData("anna@.")]
    [InlineData("anna@.example.com")]
    [InlineData("anna@example..com")]
    [InlineData("anna@exam ple.com")]
    [InlineData("anna @example.com")]
    [InlineData("anna maria@example.com")]
    [InlineData("<anna@example.com>")]
    [InlineData("anna@example.com>")]
    [InlineData("anna@example.com,")]
    [InlineData("anna@home@example.com")]
    [InlineData("@relay.example.org:anna@example.com")]
    [InlineData("\"anna@example.com")]
    [InlineData("\"anna\"maria@example.com")]
    [InlineData("anna\"maria\"@example.com")]
    [InlineData("\"anna\\")]
    [InlineData("anna(c)@example.com")]
    [InlineData("anna@[192.0.2.1")]
    [InlineData("anna@[]")]
    [InlineData("anna@[192.0.2.1]x")]
    [InlineData("anna\r@example.com")]
    [InlineData("anna@example.com\n")]
    [InlineData("\"anna\r\nRCPT TO:<x@example.org>\"@example.com")]
    [InlineData("\"anna\\\n\"@example.com")]
    [InlineData("anna\0@example.com")]
    [InlineData("anna@exa\0mple.com")]
    [InlineData("an\u0085na@example.com")]
    [InlineData("an\u00A0na@example.com")]
    [InlineData("an\u2028na@example.com")]
    [InlineData("anna@ex\u202Eample.com")]
    [InlineData("anna@ex\u00ADample.com")]
    public void What_is_no_mailbox_is_refused(string text) =>
        Assert.False(EmailAddress.TryParse(text, out _));

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        Assert.False(EmailAddress.TryParse("a\uD800@example.com", out _));
        Assert.False(EmailAddress.TryParse("anna@a\uD800.example", out _));
    }

    [Fact]
    public void Local_parts_longer_than_the_standard_are_read_and_endless_ones_refused()
    {
        Assert.True(EmailAddress.TryParse(new string('a', 200) + "@example.com", out _));
        Assert.False(EmailAddress.TryParse(new string('a', 257) + "@example.com", out _));
        Assert.False(EmailAddress.TryParse("anna@" + new string('a', 64) + ".example", out _));
        Assert.False(EmailAddress.TryParse("anna@" + string.Join('.', Enumerable.Repeat("abc", 70)), out _));
    }

    [Theory]
    [InlineData("anna@example.com", false, true)]
    [InlineData("anna@EXAMPLE.com", false, true)]
    [InlineData("anna@mail.example.com", false, false)]
    [InlineData("anna@mail.example.com", true, true)]
    [InlineData("anna@notexample.com", true, false)]
    [InlineData("anna@example.com.example.org", true, false)]
    [InlineData("anna@com", true, false)]
    [InlineData("anna@ex\u0430mple.com", true, false)] // Cyrillic а
    public void Domains_are_compared_at_whole_labels(string text, bool subdomains, bool ours)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal(ours, address.IsIn(["example.net", "example.com"], subdomains));
        Assert.Equal(ours, address.IsIn("example.com", subdomains));
    }

    [Fact]
    public void Two_spellings_of_a_domain_are_one_address_and_two_of_a_local_part_are_not()
    {
        Assert.Equal(Read("anna@müller.example"), Read("anna@XN--mller-kva.example"));
        Assert.NotEqual(Read("anna@example.com"), Read("Anna@example.com"));
    }

    [Theory]
    [InlineData("e\u0302\u0323")] // both orders of the accents of Vietnamese ệ
    [InlineData("e\u0323\u0302")]
    [InlineData("\u1EC7")]
    public void Accents_are_joined_in_any_order(string letter) =>
        Assert.Equal(Read("anna@vi\u1EC7t.example"), Read($"anna@vi{letter}t.example"));

    [Theory]
    [InlineData("b\u0308\u0307", "b\u0308\u0307")] // the first stands between
    [InlineData("b\u0307\u0308", "\u1E03\u0308")]
    [InlineData("a\u0328\u0301", "\u0105\u0301")]
    [InlineData("o\u031B\u0323", "\u1EE3")]
    [InlineData("\u0438\u0306", "\u0439")]
    [InlineData("\u0308a", "\u0308a")]
    public void Letters_and_accents_are_joined_as_Unicode_says(string apart, string joined) =>
        Assert.Equal(joined, LetterComposition.Compose(apart));

    [Fact]
    public void The_default_address_is_nobody()
    {
        Assert.Equal("", default(EmailAddress).ToString());
        Assert.False(default(EmailAddress).IsIn(["example.com"], true));
    }

    private static EmailAddress Read(string text) =>
        EmailAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);
}
