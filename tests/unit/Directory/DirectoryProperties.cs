using CsCheck;
using Postroom.Directory;
using Postroom.Mail;
using Xunit;

namespace Postroom.Tests.Unit.Directory;

public sealed class DirectoryProperties
{
    private static readonly RecipientDirectory Company = Sample.Build(Sample.Company);

    // Pieces that mean something to the directory, mixed with anything at all.
    private static readonly Gen<string> Piece = Gen.Frequency(
        (6, Gen.OneOf("anna", "bob", "sales", "info", "postmaster", "prvs=", "SRS0", "SRS1", "0123456789", "example.com", "example.org", "xn--bcher-kva.example", "other.example")),
        (6, Gen.OneOf("+", "=", "-", "@", ".", "\"", "\\", "*", " ", "_")),
        (1, Gen.String));

    private static readonly Gen<string> Local = Piece.Array[0, 14].Select(string.Concat);

    private static readonly Gen<string> Text = Gen.Select(Local, Gen.OneOf("", "@example.com", "@example.org", "@bücher.example", "@*"), (l, d) => l + d);

    [Fact]
    public void Any_text_that_is_an_address_has_an_answer() =>
        Text.Sample(text =>
        {
            if (!EmailAddress.TryParse(text, out var address)) return;
            var answer = Company.Find(address);
            Assert.Equal(answer.Match is DirectoryMatch.Unknown or DirectoryMatch.NotOurs, answer.Mailboxes.Count == 0);
            Assert.NotEmpty(answer.Steps);
            Assert.Equal(answer.Mailboxes, answer.Mailboxes.Distinct());
        }, iter: 50_000);

    [Fact]
    public void Any_text_in_the_settings_builds_a_directory_or_a_list_of_problems() =>
        Gen.Select(Text.Array[0, 4], Text.Array[0, 4], Piece.Array[0, 3], Piece.Array[0, 3], (addresses, members, names, domains) => (addresses, members, names, domains))
            .Sample(t =>
            {
                var entries = new DirectoryEntries(
                    ["example.com", .. t.domains],
                    [new("anna", t.addresses, []), .. t.names.Select(n => new MailboxEntry(n, [], []))],
                    [new("team", [], t.members), .. t.names.Select(n => new GroupEntry(n + "s", [], [n, "team"]))],
                    t.names.FirstOrDefault("anna"),
                    t.domains.Distinct().ToDictionary(d => d, _ => "anna"),
                    UnknownRecipient.Postmaster);
                Assert.Equal(RecipientDirectory.TryBuild(entries, out var directory, out var problems), problems.Count == 0);
                Assert.Equal(directory is null, problems.Count > 0);
                Assert.All(problems, p => Assert.EndsWith(".", p));
            }, iter: 20_000);

    [Fact]
    public void Case_and_needless_quotes_make_no_difference() =>
        Gen.Select(Gen.OneOf("anna", "anna.muster", "bob+private", "sales", "info", "anna+news", "nobody", "prvs=0123456789=anna"), Gen.ULong, (local, bits) => (local, bits))
            .Sample(t =>
            {
                var cased = string.Concat(t.local.Select((c, i) => (t.bits >> i & 1) == 0 ? c : char.ToUpperInvariant(c)));
                var plain = Company.Find(Sample.Address($"{t.local}@example.com"));
                foreach (var spelling in (string[])[$"{cased}@example.com", $"\"{cased}\"@EXAMPLE.com"])
                {
                    var answer = Company.Find(Sample.Address(spelling));
                    Assert.Equal((plain.Match, string.Join(',', plain.Mailboxes)), (answer.Match, string.Join(',', answer.Mailboxes)));
                }
            }, iter: 5_000);

    [Fact]
    public void Groups_hold_the_mailboxes_one_can_walk_to_and_a_ring_is_refused() =>
        Gen.Int[0, 9].Array[0, 4].Array[1, 8].Sample(members =>
        {
            // Numbers below the count of groups are groups, the others mailboxes; no member at all becomes one mailbox.
            string Name(int n) => n < members.Length ? $"g{n}" : $"m{n}";
            var groups = members.Select((m, i) => m.Length == 0 ? [9] : m).ToArray();
            var entries = new DirectoryEntries(
                ["example.com"],
                [.. Enumerable.Range(members.Length, 10 - members.Length).Select(n => new MailboxEntry($"m{n}", [], []))],
                [.. groups.Select((m, i) => new GroupEntry($"g{i}", [$"g{i}@example.com"], [.. m.Select(Name)]))],
                "m9", new Dictionary<string, string>(), UnknownRecipient.Postmaster);

            var reachable = groups.Select((_, i) => Walk(i, groups)).ToArray();
            var rings = reachable.Where((r, i) => r.Contains(i)).Any();
            var built = RecipientDirectory.TryBuild(entries, out var directory, out var problems);

            Assert.Equal(rings, !built);
            Assert.All(problems, p => Assert.Contains("contains itself", p, StringComparison.Ordinal));
            for (var i = 0; built && i < groups.Length; i++)
                Assert.Equal(
                    reachable[i].Where(n => n >= members.Length).Select(Name).Order(),
                    directory!.Find(Sample.Address($"g{i}@example.com")).Mailboxes.Order());
        }, iter: 20_000);

    private static HashSet<int> Walk(int from, int[][] groups)
    {
        var seen = new HashSet<int>();
        var open = new Queue<int>(groups[from]);
        while (open.TryDequeue(out var n))
            if (seen.Add(n) && n < groups.Length)
                foreach (var next in groups[n]) open.Enqueue(next);
        return seen;
    }
}
