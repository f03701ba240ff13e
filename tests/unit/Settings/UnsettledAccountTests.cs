using Postroom.Settings;
using Xunit;
using static Postroom.Tests.Unit.Settings.Written;

namespace Postroom.Tests.Unit.Settings;

/// <summary>The doctor reads settings of an account before anybody knows how its recipients are found.</summary>
public sealed class UnsettledAccountTests
{
    [Theory]
    [InlineData("Accounts__office__Mailbox", null)]
    [InlineData("Accounts__office__Mailbox", "nobody")]
    [InlineData("Accounts__office__Multidrop__Mode", "Header")]
    [InlineData("Accounts__office__Multidrop__Header", "To:")]
    [InlineData("Accounts__office__Multidrop__Skip", "many")]
    public void What_is_wrong_with_its_recipients_is_told_and_forgiven(string name, string? value)
    {
        var settings = Unsettled("OFFICE", out var forgiven, (name, value));

        Assert.NotEmpty(forgiven);
        Assert.Null(settings.Accounts["office"].Mailbox);
        Assert.Null(settings.Accounts["office"].Multidrop);
    }

    [Fact]
    public void A_setting_that_is_right_stays()
    {
        Assert.Equal("anna", Unsettled("office", out var none).Accounts["office"].Mailbox);
        Assert.Empty(none);
        Assert.Equal("Envelope-to", Unsettled("office", out none, ("Accounts__office__Mailbox", null), ("Accounts__office__Multidrop__Mode", "Header"), ("Accounts__office__Multidrop__Header", "Envelope-to"))
            .Accounts["office"].Multidrop!.Header);
        Assert.Empty(none);
    }

    [Theory]
    [InlineData("Accounts__office__Host", null)]
    [InlineData("Accounts__office__Multidrop__Headre", "X")]
    [InlineData("Accounts__branch__Host", "pop.example.org")]
    [InlineData("Domains", null)]
    public void All_else_is_refused_as_ever(string name, string? value) =>
        Assert.Throws<SettingsException>(() => Unsettled("office", out _, (name, value)));

    [Fact]
    public void Another_accounts_recipients_are_not_forgiven() =>
        Assert.Throws<SettingsException>(() => Unsettled("branch", out _, ("Accounts__office__Mailbox", null)));

    private static PostroomSettings Unsettled(string account, out IReadOnlyList<string> forgiven, params (string Name, string? Value)[] others) =>
        SettingsReader.ReadUnsettled(With(others), new Dictionary<string, string>(), Path.GetTempPath(), account, out forgiven);
}
