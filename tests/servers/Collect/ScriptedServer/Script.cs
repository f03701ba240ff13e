using System.Text.RegularExpressions;

namespace Postroom.Tests.Servers.Collect;

/// <summary>What a scripted server does otherwise than RFC 1939 says.</summary>
internal sealed class Script
{
    private readonly List<Rule> rules = [];

    public Script(string text)
    {
        List<Act> acts = [];
        foreach (var line in text.Split('\n').Select(static l => l.Trim()).Where(static l => l.Length > 0))
        {
            var (kind, rest) = (line[..2], line.Length > 3 ? line[3..] : "");
            switch (kind)
            {
                case "C:":
                    var once = rest.EndsWith(", once", StringComparison.Ordinal);
                    rules.Add(new(once ? rest[..^6] : rest, once, acts = []));
                    break;
                case "S:":
                    (rules.Count == 0 ? Greeting ??= [] : acts).Add(new("say", Regex.Unescape(rest) + "\r\n"));
                    break;
                case "S+":
                    (rules.Count == 0 ? Greeting ??= [] : acts).Add(new("say", Regex.Unescape(rest)));
                    break;
                case "X:":
                    var words = rest.Split(' ', 2);
                    (rules.Count == 0 ? Greeting ??= [] : acts).Add(new(words[0], words.Length > 1 ? Regex.Unescape(words[1]) : ""));
                    break;
                default:
                    throw new FormatException($"A script line begins with C:, S:, S+ or X:, not with \"{line}\".");
            }
        }
    }

    /// <summary>What greets; null: as usual.</summary>
    public List<Act>? Greeting { get; }

    /// <summary>What a command leads to; null: the usual.</summary>
    public IReadOnlyList<Act>? Find(string command)
    {
        lock (rules)
        {
            var rule = rules.Find(r => r.Fits(command));
            if (rule is { Once: true })
                rules.Remove(rule);
            return rule?.Acts;
        }
    }

    public sealed record Act(string What, string Text);

    private sealed record Rule(string Command, bool Once, List<Act> Acts)
    {
        public bool Fits(string command) => Command.EndsWith('*')
            ? command.StartsWith(Command[..^1], StringComparison.OrdinalIgnoreCase)
            : string.Equals(command, Command, StringComparison.OrdinalIgnoreCase);
    }
}
