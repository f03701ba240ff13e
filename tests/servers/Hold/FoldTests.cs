using System.Text;
using MimeKit;
using Postroom.Directory;
using Postroom.Ledger;
using Postroom.Resolve;
using Xunit;

namespace Postroom.Tests.Servers.Hold;

/// <summary>Letters for an address nobody has: the postmaster sees ten a day.</summary>
public sealed class FoldTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    private const string Title = "Subject: Further letters for an unknown address are held";

    [Fact]
    public async Task Beyond_ten_they_are_held_and_the_postmaster_gets_one_notice()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        Many(office, "gone", 0, 7);
        await office.RunAsync();
        Assert.Equal(7, office.Desk("post").Count);

        Many(office, "gone", 7, 7);
        office.Deposit(HoldOffice.Letter("anna", "known"));
        await office.RunAsync();

        Assert.Equal(10, Letters(office).Count);
        Assert.Single(office.Desk("anna"));
        var held = await office.HeldAsync();
        Assert.Equal(4, held.Count);
        Assert.All(held, static h => Assert.Contains("The postmaster had 10 letters for this address within a day", h.Reason, StringComparison.Ordinal));
        Assert.All(held, static h => Assert.Equal("gone@example.com", h.Recipient));

        Many(office, "Gone", 14, 3);
        await office.RestartAsync();
        await office.RunAsync();

        Assert.Equal(7, (await office.HeldAsync()).Count);
        var notice = await NoticeAsync(Assert.Single(office.Desk("post"), IsNotice));
        Assert.Contains("gone@example.com", notice.TextBody, StringComparison.Ordinal);
        Assert.Contains("4 more are held", notice.TextBody, StringComparison.Ordinal);
        Assert.Contains("postroom held release --for gone@example.com", notice.TextBody, StringComparison.Ordinal);
        Assert.Equal("auto-generated", notice.Headers["Auto-Submitted"]);
        Assert.Equal("<>", notice.Headers["Return-Path"]);
        Assert.Equal(LetterState.Delivered, (await office.TraceAsync(notice.Headers["X-Postroom-Id"]!)).Single().State);
    }

    [Fact]
    public async Task Other_unknown_addresses_have_ten_of_their_own()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        Many(office, "gone", 0, 10);
        Many(office, "never", 10, 10);
        // And letters that name nobody have no address to be counted by.
        for (var i = 0; i < 11; i++)
            office.Deposit(HoldOffice.Letter(null, $"nobody{i}"));

        await office.RunAsync();

        Assert.Equal(31, office.Desk("post").Count);
        Assert.Empty(await office.HeldAsync());
    }

    [Fact]
    public async Task The_next_day_begins_with_ten_again()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        Many(office, "gone", 0, 12);
        await office.RunAsync();

        office.Clock.Advance(TimeSpan.FromHours(25));
        Many(office, "gone", 12, 12);
        await office.RunAsync();

        Assert.Equal(20, Letters(office).Count);
        Assert.Equal(4, (await office.HeldAsync()).Count);
        Assert.Equal(2, office.Desk("post").Count(IsNotice));
    }

    [Fact]
    public async Task A_message_that_is_repeated_after_a_crash_counts_once_and_tells_once()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        Many(office, "gone", 0, 12);
        await office.CollectAsync();
        var message = Assert.Single(await office.InboundAsync());
        // Dies at each of its first requests in turn, then gets through.
        for (var left = 0; left < 6; left++)
        {
            var remaining = left;
            office.Requests.Before = _ => { if (remaining-- <= 0) throw new InvalidOperationException("The process dies here; no repetition by the SDK."); };
            await Record.ExceptionAsync(() => office.Get<Resolver>().ResolveAsync(message, again: left > 0, TestContext.Current.CancellationToken));
            office.Requests.Before = null;
            await office.RestartAsync();
            await office.ResolveAsync();
        }

        await office.Get<Resolver>().ResolveAsync(message, again: true, TestContext.Current.CancellationToken);
        await office.DeliverAsync();

        Assert.Equal(10, Letters(office).Count);
        Assert.Equal(2, (await office.HeldAsync()).Count);
        Assert.Single(office.Desk("post"), IsNotice);
    }

    [Fact]
    public async Task Letters_sorted_twice_take_no_place_from_others()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        Many(office, "gone", 0, 7);
        await office.CollectAsync();
        var message = Assert.Single(await office.InboundAsync());
        for (var i = 0; i < 2; i++)
            await office.Get<Resolver>().ResolveAsync(message, again: i > 0, TestContext.Current.CancellationToken);
        Many(office, "gone", 7, 3);
        await office.RunAsync();

        Assert.Equal(10, office.Desk("post").Count);
        Assert.Empty(await office.HeldAsync());
    }

    [Fact]
    public async Task Released_they_go_to_the_postmaster_or_to_whom_the_address_was_given()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        Many(office, "gone", 0, 12);
        await office.RunAsync();
        var held = await office.HeldAsync();

        await office.ReleaseAsync(held[0]);
        await office.ResolveAsync();
        await office.DeliverAsync();
        Assert.Equal(11, Letters(office).Count);

        office.Settings["Mailboxes__ben__Addresses"] = "ben@example.com, gone@example.com";
        await office.RestartAsync();
        await office.ReleaseAsync(held[1]);
        await office.ResolveAsync();
        await office.DeliverAsync();
        Assert.Single(office.Desk("ben"));
        Assert.Empty(await office.HeldAsync());
    }

    [Fact]
    public async Task Each_case_has_its_own_policy()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage, ("UnknownRecipient", nameof(UnknownRecipient.Hold)), ("UndeterminedRecipient", nameof(UnknownRecipient.Postmaster)));
        office.Deposit(HoldOffice.Letter("gone", "unknown"), HoldOffice.Letter(null, "nobody"));
        await office.RunAsync();
        Assert.Contains("X-Postroom-Reason: No line named Envelope-to", Assert.Single(office.Desk("post")), StringComparison.Ordinal);
        Assert.Equal("<unknown@example.net>", Assert.Single(await office.HeldAsync()).MessageId);

        (office.Settings["UnknownRecipient"], office.Settings["UndeterminedRecipient"]) = ("Postmaster", "Hold");
        await office.RestartAsync();
        office.Deposit(HoldOffice.Letter("gone", "unknown2"), HoldOffice.Letter(null, "nobody2"));
        await office.RunAsync();
        Assert.Equal(2, office.Desk("post").Count);
        Assert.Contains(await office.HeldAsync(), static h => h.MessageId == "<nobody2@example.net>");
    }

    private static void Many(HoldOffice office, string recipient, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            office.Deposit(HoldOffice.Letter(recipient, $"many{i}"));
    }

    private static List<string> Letters(HoldOffice office) => [.. office.Desk("post").Where(static l => !IsNotice(l))];

    private static bool IsNotice(string letter) => letter.Contains(Title, StringComparison.Ordinal);

    private static async Task<MimeMessage> NoticeAsync(string letter)
    {
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(letter));
        return await MimeMessage.LoadAsync(bytes, TestContext.Current.CancellationToken);
    }
}
