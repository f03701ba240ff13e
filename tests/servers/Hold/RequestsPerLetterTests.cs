using System.Globalization;
using Xunit;

namespace Postroom.Tests.Servers.Hold;

/// <summary>The cost goals of the design, counted where every request leaves.</summary>
public sealed class RequestsPerLetterTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    // Read the account with its seen letters, take the lease, give it back.
    private const int Poll = 3;

    [Fact]
    public async Task A_poll_that_finds_nothing_costs_three_requests()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        await office.CollectAsync();
        office.Requests.All.Clear();

        await office.CollectAsync();

        Assert.Equal(Poll, office.Requests.All.Count);
    }

    [Fact]
    public async Task A_lonely_letter_costs_one_blob_write_one_blob_read_and_eight_requests()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "first"));
        await office.RunAsync();
        office.Deposit(HoldOffice.Letter("anna", "lonely"));
        office.Requests.All.Clear();

        await office.RunAsync();

        Assert.Equal(2, office.Desk("anna").Count);
        Assert.Equal((1, 1), (Count(office, "blob PUT"), Count(office, "blob GET")));
        Assert.Equal(2, office.Requests.Of("blob"));
        Assert.True(office.Requests.Of("queue") + office.Requests.Of("table") <= Poll + 8, string.Join('\n', office.Requests.All));
    }

    [Fact]
    public async Task Two_hundred_letters_for_twenty_mailboxes_cost_three_and_a_half_requests_each_all_in()
    {
        const int Letters = 200;
        await using var office = await HoldOffice.OpenAsync(provider, storage,
            [.. Enumerable.Range(0, 20).Select(i => ($"Mailboxes__desk{i}__Addresses", $"desk{i}@example.com"))]);
        for (var i = 0; i < Letters; i++)
            office.Deposit(HoldOffice.Letter(string.Create(CultureInfo.InvariantCulture, $"desk{i % 20}"), $"bulk{i}"));
        office.Requests.All.Clear();

        await office.RunAsync();

        Assert.Equal(Letters, Enumerable.Range(0, 20).Sum(i => office.Desk($"desk{i}").Count));
        TestContext.Current.SendDiagnosticMessage($"{office.Requests.All.Count / (double)Letters:0.00} requests a letter");
        Assert.True(office.Requests.All.Count <= 3.5 * Letters, $"{office.Requests.All.Count} requests: "
            + string.Join(", ", office.Requests.All.GroupBy(static r => string.Join(' ', r.Split(' ')[..2])).Select(static g => $"{g.Key} {g.Count()}")));
    }

    [Fact]
    public async Task A_letter_whose_like_was_here_costs_one_look_more()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        office.Deposit(HoldOffice.Letter("anna", "copied"));
        await office.RunAsync();
        await office.RestartAsync();
        office.Deposit(HoldOffice.Letter("ben", "copied"));
        office.Requests.All.Clear();

        await office.RunAsync();

        Assert.Single(office.Desk("ben"));
        // The directory's row is read once in a new process.
        Assert.True(office.Requests.Of("queue") + office.Requests.Of("table") <= Poll + 8 + 1 + 1, string.Join('\n', office.Requests.All));
        Assert.Single(office.Requests.All, static r => r.StartsWith("table GET ledger", StringComparison.Ordinal));
    }

    private static int Count(HoldOffice office, string what) => office.Requests.All.Count(r => r.StartsWith(what, StringComparison.Ordinal));
}
