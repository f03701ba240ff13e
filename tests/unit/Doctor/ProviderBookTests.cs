using Postroom.Doctor;
using Xunit;

namespace Postroom.Tests.Unit.Doctor;

public sealed class ProviderBookTests
{
    private static readonly string Page = File.ReadAllText(Find("docs/providers.md"));

    [Fact]
    public void The_book_knows_those_it_promises() =>
        Assert.Equal(
            ["Exim", "Fastmail", "GMX", "Gmail forwarding", "IONOS", "Kerio", "MDaemon", "Postfix", "Strato", "qmail"],
            ProviderBook.Own.Entries.Select(static e => e.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_says_what_the_book_says()
    {
        Assert.Equal(ProviderBook.Own.Entries.Select(static e => e.Name), Page.Split('\n').Where(static l => l.StartsWith("## ", StringComparison.Ordinal)).Select(static l => l[3..]));
        Assert.All(ProviderBook.Own.Entries, static e => Assert.Contains(Section(e), Page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_entry_says_how_it_is_recognised_and_where_it_is_from() =>
        Assert.All(ProviderBook.Own.Entries, static e =>
        {
            Assert.NotEmpty(e.Sources);
            Assert.NotEmpty(e.Signs.Hosts.Concat(e.Signs.ReceivedText).Concat(e.Signs.Headers));
        });

    private static string Section(ProviderEntry entry)
    {
        List<string> lines =
        [
            $"## {entry.Name}", "",
            $"- Kind: {entry.Kind}",
            $"- Header: `{entry.Shape}`",
            $"- Place: {entry.Place}",
            entry.Mode is { } mode ? $"- Setting: `Mode = {mode}`, `Header = {entry.Header}:`, `Occurrence = {entry.Occurrence}`" : "- Setting: none to rely on",
        ];
        if (entry.Prefix.Length > 0)
            lines.Add($"- Prefix: {entry.Prefix}");
        lines.AddRange(entry.Quirks.Select(static q => $"- {q}"));
        lines.Add($"- Recognised by: {string.Join(", ", entry.Signs.Hosts.Concat(entry.Signs.ReceivedText).Concat(entry.Signs.Headers).Select(static s => $"`{s}`"))}");
        lines.Add($"- If the header is missing: {entry.Ask}");
        lines.Add($"- Sources: {string.Join("; ", entry.Sources)}");
        return string.Join('\n', lines) + "\n";
    }

    private static string Find(string file)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Postroom.slnx")))
                return Path.Combine(folder, file);
        throw new FileNotFoundException(file);
    }
}
