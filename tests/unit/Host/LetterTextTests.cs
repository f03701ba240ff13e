using System.Text;
using Postroom.Cli.Host;
using Xunit;

namespace Postroom.Tests.Unit.Host;

public sealed class LetterTextTests
{
    [Fact]
    public async Task The_header_is_shown_line_by_line_and_steers_no_terminal()
    {
        var lines = await LinesAsync("Subject: \u001b[31mred\r\n\tfolded\r\nFrom: j\u00f6rg\nX: a\rb\r\n\r\nbody", headerOnly: true);

        Assert.Equal(["Subject: \uFFFD[31mred", " folded", "From: j\u00f6rg", "X: a\uFFFDb"], lines);
    }

    [Fact]
    public async Task The_whole_letter_is_shown_to_its_last_line()
    {
        Assert.Equal(["A: b", "", "body", "", "end"], await LinesAsync("A: b\r\n\r\nbody\r\n\r\nend", headerOnly: false));
        Assert.Equal(["A: b", ""], await LinesAsync("A: b\n\n", headerOnly: false));
        Assert.Empty(await LinesAsync("", headerOnly: false));
    }

    [Fact]
    public async Task A_line_without_end_is_shown_in_pieces()
    {
        var lines = await LinesAsync(new string('x', 200_000) + "\r\nend", headerOnly: false);

        Assert.Equal([65_536, 65_536, 65_536, 200_000 - 3 * 65_536, 3], lines.Select(static l => l.Length));
    }

    private static async Task<List<string>> LinesAsync(string letter, bool headerOnly)
    {
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(letter));
        return await LetterText.LinesAsync(bytes, headerOnly, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
    }
}
