using Postroom.Accounts;
using Postroom.Directory;
using Postroom.Mail;
using Postroom.Resolve;
using Postroom.Tests.Unit.Directory;
using Xunit;

namespace Postroom.Tests.Unit.Resolve;

public sealed class SorterTests
{
    private static readonly Account Multidrop = new()
    {
        Name = "office", Host = "pop.example.net", Port = 995, UserName = "", Password = "", Domains = ["example.com"],
        Multidrop = new() { Mode = MultidropMode.Header, Header = "Envelope-to" },
    };

    [Theory]
    [InlineData(UnknownRecipient.Postmaster, null, true, true)]
    [InlineData(UnknownRecipient.Hold, null, false, false)]
    [InlineData(UnknownRecipient.Postmaster, UnknownRecipient.Hold, true, false)]
    [InlineData(UnknownRecipient.Hold, UnknownRecipient.Postmaster, false, true)]
    public void User_unknown_and_no_recipient_found_each_have_their_policy(UnknownRecipient unknown, UnknownRecipient? undetermined, bool unknownToPostmaster, bool undeterminedToPostmaster)
    {
        var directory = Sample.Build(Sample.Company with { UnknownRecipient = unknown, UndeterminedRecipient = undetermined });

        var user = Sorter.Sort(Multidrop, Evidence(0, "gone@example.com"), directory);
        var nobody = Sorter.Sort(Multidrop, Evidence(0), directory);

        Check(user, unknownToPostmaster, "gone@example.com", "UnknownRecipient");
        Check(nobody, undeterminedToPostmaster, null, "UndeterminedRecipient");
    }

    [Fact]
    public void A_letter_that_went_round_is_held_whatever_it_says_and_whichever_door_it_came_by()
    {
        var directory = Sample.Build(Sample.Company);
        foreach (var sorting in (Sorting[])
            [
                Sorter.Sort(Multidrop, Evidence(51, "anna@example.com"), directory),
                Sorter.Sort(Multidrop with { Multidrop = null, Mailbox = "anna" }, Evidence(51), directory),
                Sorter.Sort(new Envelope("", ["anna@example.com"]), Evidence(51), directory),
            ])
        {
            Assert.Empty(sorting.Desks);
            Assert.Contains("51 Received lines", Assert.Single(sorting.Held).Reason, StringComparison.Ordinal);
        }

        Assert.Equal("anna", Assert.Single(Sorter.Sort(Multidrop, Evidence(50, "anna@example.com"), directory).Desks).Mailbox);
    }

    private static void Check(Sorting sorting, bool toPostmaster, string? recipient, string setting)
    {
        if (toPostmaster)
        {
            Assert.Empty(sorting.Held);
            var desk = Assert.Single(sorting.Desks);
            Assert.Equal(("boss", recipient, true), (desk.Mailbox, desk.Recipient, desk.Undetermined));
            return;
        }

        Assert.Empty(sorting.Desks);
        Assert.Equal(recipient, Assert.Single(sorting.Held).Recipient);
        Assert.Contains(sorting.Steps, s => s.Contains($"{setting} is Hold", StringComparison.Ordinal));
    }

    private static HeaderEvidence Evidence(int received, params string[] recipients) =>
        new([.. recipients.Select(static r => new EvidenceLine("Envelope-to", r, true))], received, false);
}
