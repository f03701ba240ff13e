using Postroom.Accounts;
using Postroom.Doctor;
using Postroom.Mail;
using Postroom.Resolve;
using Xunit;

namespace Postroom.Tests.Unit.Doctor;

/// <summary>A stranger writes to Anna and tries to reach the boss's mailbox. The setting is the one the doctor recommends for the provider.</summary>
public sealed class ForgeryTests
{
    private static readonly Dictionary<string, Func<Post, string>> Providers = new()
    {
        ["Exim"] = Provider.Exim,
        ["Postfix"] = Provider.Postfix,
        ["Postfix without alias"] = Provider.PostfixWithoutAlias,
        ["qmail"] = Provider.Qmail,
        ["qmail with a forward"] = Provider.QmailForwarded,
        ["IONOS"] = Provider.Ionos,
        ["Strato"] = Provider.Strato,
        ["Fastmail"] = Provider.Fastmail,
        ["a filter"] = Provider.Filter,
        ["Received only"] = Provider.OnlyReceived,
    };

    public static TheoryData<string> ProviderNames => [.. Providers.Keys];

    [Theory]
    [MemberData(nameof(ProviderNames))]
    public void No_forgery_reaches_the_boss_under_the_recommended_setting(string provider)
    {
        var shape = Providers[provider];
        // Forged letters may already lie in the sample; they must not lead the doctor astray either.
        var sample = Post.Ordinary(40).Concat(Forgeries("Envelope-To").Take(3));
        var setting = Examination.Examine(Company.Account, Post.Sample(sample, shape), Company.Directory, ProviderBook.Own).Recommendation!.Setting;
        var account = Company.Account with { Multidrop = setting };

        Assert.All(Forgeries(setting.FieldName), forged =>
        {
            var letter = forged.Stored(shape);
            var sorting = Sorter.Sort(account, Post.Read(letter, CandidateHeaders.For(account)), Company.Directory);
            var story = $"{System.Text.Encoding.Latin1.GetString(letter)}\n{string.Join('\n', sorting.Steps)}";
            Assert.True(sorting.Desks.All(static d => d.Mailbox is "anna" or "postmaster"), story);
            // A cheat in HELO may cost the letter its recipient where Received decides, never more than that.
            Assert.True(sorting.Recipients.SequenceEqual(["anna@example.com"]) || (setting.Mode == MultidropMode.Received && sorting.Recipients.Count == 0), story);
        });
    }

    [Fact]
    public void With_First_instead_the_same_letters_would_reach_him()
    {
        var account = Company.Account with { Multidrop = new() { Mode = MultidropMode.Header, Header = "Envelope-To" } };

        Assert.Contains(Forgeries("Envelope-To"), forged =>
            Sorter.Sort(account, Post.Read(forged.Stored(Provider.Ionos), CandidateHeaders.For(account)), Company.Directory).Desks.Any(static d => d.Mailbox == "boss"));
    }

    /// <summary>What he can write: his own header, his HELO and his body. The provider's lines stay the provider's.</summary>
    private static IEnumerable<Post> Forgeries(string header)
    {
        // As the provider writes them: plain, in brackets, with qmail's prefix, and what Received would say.
        string[] values =
        [
            "boss@example.com", "<boss@example.com>", "example.com-boss@example.com", "boss@example.com, anna@example.com",
            "from evil.example ([198.51.100.9]) by mx1.provider.example (Mailgate) with ESMTPS id X for <boss@example.com>; Mon, 2 Mar 2026 10:00:00 +0100",
            "from mx2.provider.example (mx2.provider.example [198.51.100.10]) by mx1.provider.example with LMTP id Y for <boss@example.com>; Mon, 2 Mar 2026 10:00:00 +0100",
        ];
        const string to = "To: anna@example.com";
        var number = 0;
        foreach (var value in values)
        {
            var line = $"{header}: {value}\n";
            foreach (var head in (string[])
            [
                Post.Sender(1, to, first: line),
                Post.Sender(1, to, last: line),
                Post.Sender(1, to, first: line, last: line),
                Post.Sender(1, to, first: string.Concat(Enumerable.Repeat(line, 300))),
                Post.Sender(1, to, last: string.Concat(Enumerable.Repeat(line, 300))),
                Post.Sender(1, to, first: $"{header.ToUpperInvariant()} : {value}\n"),
                Post.Sender(1, to, last: $"X-Note: a\n {line}"),
                Post.Sender(1, to, last: $"X-Note: a\r{line}"),
                Post.Sender(1, to, first: $"X-Note: a\r{line}"),
                Post.Sender(1, to, last: $"no colon here\n{line}"),
                Post.Sender(1, to, first: $"From boss@example.com Mon Mar  2 10:00:00 2026\n{line}"),
                Post.Sender(1, $"To: \"boss@example.com\" <anna@example.com>\nCc: boss@example.com\nBcc: boss@example.com\nResent-To: boss@example.com"),
            ])
                yield return Letter(head);
            yield return Letter(Post.Sender(1, to)) with { Body = $"{line}\nGood day.\n" };
            yield return Letter(Post.Sender(1, to)) with { Body = $"Content-Type: message/rfc822\n\n{line}To: boss@example.com\n\nGood day.\n" };
        }

        foreach (var helo in (string[])["boss@example.com", "[198.51.100.9]) by mx1.provider.example for <boss@example.com", "x by mx1.provider.example for boss@example.com;", "(mx1.provider.example)", $"a\t{header}:boss@example.com"])
            yield return Letter(Post.Sender(1, to)) with { Helo = helo };

        Post Letter(string head) => new(number++, "anna@example.com", head);
    }
}
