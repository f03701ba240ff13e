using System.CommandLine;
using Postroom.Hold;

namespace Postroom.Cli.Commands;

/// <summary>Which of the things that wait are meant.</summary>
internal sealed class HeldFilter
{
    private readonly Option<string> reason = new("--reason") { Description = "Only those whose reason contains this text.", HelpName = "TEXT" };
    private readonly Option<string> addressee = new("--for") { Description = "Only those for this address or mailbox.", HelpName = "ADDRESS" };
    private readonly Option<string> account = new("--account") { Description = "Only those collected from this account.", HelpName = "NAME" };

    /// <summary>The options, for the command that has them.</summary>
    public IEnumerable<Option> Options => [reason, addressee, account];

    /// <summary>Whether any of them was given.</summary>
    public bool IsGiven(ParseResult parsed) => Options.Any(o => parsed.GetResult(o) is not null);

    /// <summary>Those that are meant.</summary>
    public List<HeldLetter> Choose(IEnumerable<HeldLetter> all, ParseResult parsed)
    {
        var (text, who, where) = (parsed.GetValue(reason), parsed.GetValue(addressee)?.Trim().Trim('<', '>'), parsed.GetValue(account));
        return [.. all
            .Where(h => text is null || h.Reason.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Where(h => who is null || Is(h.Recipient, who) || Is(h.Mailbox, who))
            .Where(h => where is null || Is(h.Account, where))];
    }

    private static bool Is(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
