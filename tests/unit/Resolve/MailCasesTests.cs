using Postroom.Mail;
using Postroom.Resolve;
using Xunit;

namespace Postroom.Tests.Unit.Resolve;

public sealed class MailCasesTests
{
    public static TheoryData<int, string> Cases => [.. MailCase.All.Select((c, i) => (i, c.ToString()))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_letter_reaches_the_right_desk(int number, string what)
    {
        var row = MailCase.All[number];
        var decision = Decide(row, int.MaxValue);
        var steps = $"{what}\n{decision.Reason}\n{string.Join('\n', decision.Steps)}";
        Assert.True(row.Recipients.SequenceEqual(decision.Recipients.Select(r => r.ToString())), $"{string.Join(" | ", decision.Recipients)} by {decision.DecidedBy}\n{steps}");
        Assert.True(row.DecidedBy == decision.DecidedBy, steps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1021)]
    public void The_decision_does_not_depend_on_how_the_letter_was_cut(int chunk)
    {
        foreach (var row in MailCase.All)
        {
            var whole = Decide(row, int.MaxValue);
            var cut = Decide(row, chunk);
            Assert.Equal(whole.Steps, cut.Steps);
            Assert.Equal(whole.Recipients, cut.Recipients);
        }
    }

    [Fact]
    public void No_forged_letter_reaches_the_boss() =>
        Assert.All(
            MailCase.All.Where(c => c.File.StartsWith("forged-", StringComparison.Ordinal)),
            c => Assert.DoesNotContain(Decide(c, int.MaxValue).Recipients, r => r.LocalPart == "boss"));

    [Fact]
    public void Every_letter_is_used_and_there_are_enough_of_them()
    {
        Assert.Equal(MailCase.Files.Order(), MailCase.All.Select(c => c.File).Distinct().Order());
        Assert.True(MailCase.All.Count >= 120);
    }

    [Fact]
    public void Every_decision_explains_itself_without_control_characters() =>
        Assert.All(MailCase.All, row =>
        {
            var decision = Decide(row, int.MaxValue);
            Assert.EndsWith(".", decision.Reason, StringComparison.Ordinal);
            Assert.NotEmpty(decision.Steps);
            Assert.All(decision.Steps.Append(decision.Reason), s => Assert.DoesNotContain(s, char.IsControl));
        });

    private static RecipientDecision Decide(MailCase row, int chunk)
    {
        var account = row.Account;
        var scanner = new HeaderScanner(CandidateHeaders.For(account));
        foreach (var part in row.Letter.Chunk(Math.Min(chunk, 1 << 20)))
            scanner.Write(part);
        return RecipientReader.Read(account, scanner.Finish());
    }
}
