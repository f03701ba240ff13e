using System.Text;
using Xunit;

namespace Postroom.Tests.Servers.Hold;

public sealed class LoopTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    [Fact]
    public async Task A_letter_the_same_mailbox_had_before_is_held_and_on_another_desk_it_is_delivered()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "round"));
        await office.RunAsync();
        var passedOn = office.Desk("anna").Single();

        office.Deposit("Envelope-to: anna@example.com\r\n" + passedOn, "Envelope-to: ben@example.com\r\n" + passedOn);
        await office.RunAsync();

        Assert.Single(office.Desk("anna"));
        Assert.Single(office.Desk("ben"));
        var held = Assert.Single(await office.HeldAsync());
        Assert.Contains("X-Postroom-Id", held.Reason, StringComparison.Ordinal);
        Assert.Equal("anna@example.com", held.Recipient);
    }

    [Fact]
    public async Task Whoever_releases_it_gets_it_delivered()
    {
        // Another text: else it would be a copy of what lies there.
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "round"));
        await office.RunAsync();
        office.Deposit("Envelope-to: anna@example.com\r\n" + office.Desk("anna").Single() + "And a footer.\r\n");
        await office.RunAsync();

        await office.ReleaseAsync((await office.HeldAsync()).Single());
        await office.ResolveAsync();
        await office.DeliverAsync();

        Assert.Equal(2, office.Desk("anna").Count);
        Assert.Empty(await office.HeldAsync());
    }

    [Theory]
    [InlineData("an-id-of-somebody/else")]
    [InlineData("0123456789abcdefghijklmnopqrstuv")]
    public async Task An_id_the_ledger_does_not_know_proves_nothing(string id)
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "stranger", header: $"X-Postroom-Id: {id}\r\n"));

        await office.RunAsync();

        Assert.Single(office.Desk("anna"));
    }

    [Fact]
    public async Task Delivered_To_of_the_same_mailbox_is_the_provider_s_own_and_proves_nothing()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "provider", header: "Delivered-To: anna@example.com\r\nDelivered-To: anna\r\n"));

        await office.RunAsync();

        Assert.Single(office.Desk("anna"));
    }

    [Theory]
    [InlineData(49, 1, 0)]
    [InlineData(50, 0, 1)]
    public async Task More_than_fifty_Received_lines_are_a_loop(int below, int delivered, int held)
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        var hops = new StringBuilder().Insert(0, "Received: from here by there;\r\n\tMon, 23 Nov 2026 08:00:00 +0000\r\n", below).ToString();
        office.Deposit(HoldOffice.Letter("anna", "hops", header: hops));

        await office.RunAsync();

        Assert.Equal((delivered, held), (office.Desk("anna").Count, (await office.HeldAsync()).Count));
    }
}
