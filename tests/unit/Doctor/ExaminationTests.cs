using Postroom.Accounts;
using Postroom.Doctor;
using Xunit;

namespace Postroom.Tests.Unit.Doctor;

public sealed class ExaminationTests
{
    [Fact]
    public void Exim_is_read_by_Envelope_to_above_Received() =>
        Recommends(Examine(Provider.Exim), "Mode = Header", "Header = Envelope-to:", "Occurrence = AboveReceived");

    [Fact]
    public void Postfix_is_read_by_X_Original_To_although_Delivered_To_stands_beside_it()
    {
        var diagnosis = Examine(Provider.Postfix);

        Recommends(diagnosis, "Mode = Header", "Header = X-Original-To:", "Occurrence = AboveReceived");
        Assert.Equal("Postfix", diagnosis.Providers[0].Entry.Name);
    }

    [Fact]
    public void Where_X_Original_To_and_Delivered_To_say_the_same_the_first_is_taken() =>
        Recommends(Examine(Provider.PostfixWithoutAlias), "Mode = Header", "Header = X-Original-To:", "Occurrence = AboveReceived");

    [Fact]
    public void Foreign_lines_further_down_do_not_count_and_are_told_of()
    {
        var letters = Post.Ordinary(40).Select(static (p, i) => i % 4 == 0
            ? p with { Header = $"X-Original-To: boss@example.com\nDelivered-To: list@lists.example\n{p.Header}" } : p);

        var diagnosis = Examine(Provider.Postfix, letters);

        Recommends(diagnosis, "Mode = Header", "Header = X-Original-To:", "Occurrence = AboveReceived");
        Assert.Contains(diagnosis.Warnings, static w => w.StartsWith("10 letters carry another X-Original-To further down", StringComparison.Ordinal));
    }

    [Fact]
    public void Qmail_is_read_with_the_prefix_its_addresses_show()
    {
        var diagnosis = Examine(Provider.Qmail);

        Recommends(diagnosis, "Mode = Qvirtual", "Header = Delivered-To:", "Prefix = example.com-", "Occurrence = AboveReceived");
        Assert.Equal(40, diagnosis.Recommendation!.Trial.Named);
    }

    [Fact]
    public void A_prefix_is_found_although_nobody_is_written_down_yet() =>
        Recommends(Examination.Examine(Company.Account, Post.Sample(Post.Ordinary(40), Provider.Qmail), Company.OnlyCatchAll, ProviderBook.Own),
            "Mode = Qvirtual", "Header = Delivered-To:", "Prefix = example.com-", "Occurrence = AboveReceived");

    [Fact]
    public void Forwards_inside_the_provider_are_skipped() =>
        Recommends(Examine(Provider.QmailForwarded), "Mode = Qvirtual", "Header = Delivered-To:", "Prefix = example.com-", "Occurrence = First", "Skip = 1");

    [Fact]
    public void Ionos_is_read_by_its_last_line_although_senders_put_others_above()
    {
        var letters = Post.Ordinary(40).Select(static (p, i) => i % 10 == 0 ? p with { Header = $"Envelope-To: <boss@example.com>\n{p.Header}" } : p);

        var diagnosis = Examine(Provider.Ionos, letters);

        Recommends(diagnosis, "Mode = Header", "Header = Envelope-To:", "Occurrence = Last");
        Assert.Equal("IONOS", diagnosis.Providers[0].Entry.Name);
        Assert.Contains(diagnosis.Warnings, static w => w.Contains("Last is right", StringComparison.Ordinal));
        Assert.Contains(diagnosis.Headers, static h => h is { Name: "Envelope-To", Letters: 40, Place: LinePlace.Bottom, Comparable: 40, Agreeing: 40, Placed: 40 });
    }

    [Fact]
    public void Strato_is_recognised_and_read()
    {
        var diagnosis = Examine(Provider.Strato);

        Recommends(diagnosis, "Mode = Header", "Header = X-Envelope-To:", "Occurrence = AboveReceived");
        Assert.Equal("Strato", diagnosis.Providers[0].Entry.Name);
    }

    [Fact]
    public void Fastmails_line_between_its_own_Received_lines_is_the_providers()
    {
        var diagnosis = Examine(Provider.Fastmail);

        Recommends(diagnosis, "Mode = Header", "Header = X-Delivered-to:", "Occurrence = First");
        Assert.Equal("Fastmail", diagnosis.Providers[0].Entry.Name);
        Assert.Equal(LinePlace.Inside, diagnosis.Recommendation!.Place);
    }

    [Fact]
    public void A_line_directly_below_the_entrance_is_recommended_with_a_warning()
    {
        var diagnosis = Examine(Provider.Filter);

        Recommends(diagnosis, "Mode = Header", "Header = X-Rcpt-Real:", "Occurrence = First");
        Assert.Contains(diagnosis.Warnings, static w => w.Contains("where a sender's topmost line stands too", StringComparison.Ordinal));
        Assert.True(diagnosis.Recommendation!.Percent < 80);
    }

    [Fact]
    public void Received_is_recommended_only_where_no_header_helps_and_with_the_hosts_by_domain()
    {
        var diagnosis = Examine(Provider.OnlyReceived);

        Recommends(diagnosis, "Mode = Received", "Hosts = .provider.example", "Occurrence = First");
        Assert.Contains(diagnosis.Warnings, static w => w.StartsWith("Received lines are an emergency", StringComparison.Ordinal));
        Assert.NotNull(diagnosis.Missing);
        Assert.True(diagnosis.Recommendation!.Percent < 70);
    }

    [Fact]
    public void A_hopeless_mailbox_gets_no_setting_but_words_for_the_provider()
    {
        var diagnosis = Examine(Provider.Hopeless);

        Assert.Null(diagnosis.Recommendation);
        Assert.Contains("RCPT TO", diagnosis.Missing, StringComparison.Ordinal);
        Assert.Contains("m12345", diagnosis.Missing, StringComparison.Ordinal);
        Assert.Contains("enable_original_recipient", diagnosis.Missing, StringComparison.Ordinal);
        Assert.Contains(diagnosis.Warnings, static w => w.StartsWith("Delivered-To always names office@example.com", StringComparison.Ordinal));
        Assert.Contains(diagnosis.Warnings, static w => w.StartsWith("To and Cc are no way out", StringComparison.Ordinal));
    }

    [Fact]
    public void What_senders_write_is_never_recommended_although_it_names_somebody_in_every_letter()
    {
        var letters = Enumerable.Range(0, 40).Select(static n => new Post(n, "anna@example.com",
            Post.Sender(n, $"To: {Company.People[n % 4]}@example.com", last: $"X-Customer: {Company.People[n % 4]}@example.com\nResent-To: ben@example.com\n")));

        var diagnosis = Examine(static p => Provider.Hopeless(p), letters);

        Assert.True(diagnosis.Recommendation is not { Setting.FieldName: "To" or "Cc" or "Resent-To" });
        Assert.Contains(diagnosis.Headers, static h => h is { Name: "To", Letters: 40, Placed: null });
    }

    [Fact]
    public void No_letter_means_no_setting_and_a_sentence_what_to_do()
    {
        var diagnosis = Examine(Provider.Exim, []);

        Assert.Null(diagnosis.Recommendation);
        Assert.StartsWith("There is no letter", Assert.Single(diagnosis.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "low")]
    [InlineData(8, "good")]
    [InlineData(60, "high")]
    public void Few_letters_make_little_confidence(int letters, string confidence)
    {
        var diagnosis = Examine(Provider.Exim, Post.Ordinary(letters));

        Assert.Equal(confidence, diagnosis.Recommendation!.Confidence);
        Assert.Equal(letters < 20, diagnosis.Warnings.Any(static w => w.Contains("could be looked at", StringComparison.Ordinal)));
    }

    [Fact]
    public void Letters_without_the_providers_line_are_counted_and_nothing_else_is_believed_in_them()
    {
        var letters = Post.Ordinary(40).ToList();

        var diagnosis = Examine(p => p.Number % 8 == 0 ? Provider.Hopeless(p) : Provider.Exim(p), letters);

        Recommends(diagnosis, "Mode = Header", "Header = Envelope-to:", "Occurrence = AboveReceived");
        Assert.Equal(5, diagnosis.Recommendation!.Trial.Undetermined);
        Assert.Contains(diagnosis.Warnings, static w => w.StartsWith("In 5 letters the provider's own Envelope-to is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void Letters_for_addresses_nobody_has_are_named()
    {
        var letters = Post.Ordinary(40).Select(static (p, i) => i % 4 == 0 ? p with { Recipient = "oldname@example.com" } : p);

        var diagnosis = Examine(Provider.Exim, letters);

        Recommends(diagnosis, "Mode = Header", "Header = Envelope-to:", "Occurrence = AboveReceived");
        Assert.Contains(diagnosis.Warnings, static w => w.StartsWith("10 letters are for addresses nobody has (oldname@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public void A_domain_that_is_missing_in_the_settings_is_named()
    {
        var letters = Post.Ordinary(40).Select(static (p, i) => i % 4 == 0 ? p with { Recipient = "anna@example.org" } : p);

        Assert.Contains(Examine(Provider.Exim, letters).Warnings, static w => w.StartsWith("10 letters carry addresses in example.org", StringComparison.Ordinal));
    }

    [Fact]
    public void The_present_settings_result_stands_beside_the_recommended_one()
    {
        var account = Company.Account with { Multidrop = new() { Mode = MultidropMode.Header, Header = "Envelope-To", Occurrence = Occurrence.First } };
        var letters = Post.Ordinary(40).Select(static (p, i) => i % 10 == 0 ? p with { Header = $"Envelope-To: <boss@example.com>\n{p.Header}" } : p);

        var diagnosis = Examination.Examine(account, Post.Sample(letters, Provider.Ionos), Company.Directory, ProviderBook.Own);

        Assert.Equal(40, diagnosis.Present!.Doubtful);
        Assert.Equal(0, diagnosis.Recommendation!.Trial.Doubtful);
        Assert.Contains(diagnosis.Warnings, static w => w.StartsWith("With the present setting a sender can choose", StringComparison.Ordinal));
    }

    [Fact]
    public void A_provider_that_stores_one_copy_for_several_recipients_is_found_out()
    {
        var letters = Enumerable.Range(0, 30).Select(static n => new Post(n, "anna@example.com",
            Post.Sender(n, n % 2 == 0 ? "To: anna@example.com, ben@example.com" : "To: anna@example.com")))
            .Select(static p => p.Number % 5 == 0 ? p with { Recipient = "clara@example.com" } : p);

        Assert.Contains(Examine(Provider.Exim, letters).Warnings, static w => w.Contains("only one copy of each was found", StringComparison.Ordinal));
    }

    [Fact]
    public void The_lines_it_rests_on_are_quoted_at_most_three()
    {
        var evidence = Examine(Provider.Exim).Recommendation!.Evidence;

        Assert.Equal(3, evidence.Count);
        Assert.Equal("Envelope-to: anna@example.com", evidence[0].Line);
        Assert.Equal(["anna@example.com"], evidence[0].Recipients);
    }

    private static Diagnosis Examine(Func<Post, string> shape, IEnumerable<Post>? letters = null) =>
        Examination.Examine(Company.Account, Post.Sample(letters ?? Post.Ordinary(40), shape), Company.Directory, ProviderBook.Own);

    private static void Recommends(Diagnosis diagnosis, params string[] settings)
    {
        Assert.NotNull(diagnosis.Recommendation);
        Assert.Equal(
            settings.Select(static s => "Accounts__office__Multidrop__" + s),
            diagnosis.Recommendation.Lines.Select(static l => $"{l.Name} = {l.Value}"));
    }
}
