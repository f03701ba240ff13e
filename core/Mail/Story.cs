using System.Globalization;

namespace Postroom.Mail;

/// <summary>What happened to a letter, in order; it travels with the letter, so that it is told even if no desk was known yet.</summary>
public static class Story
{
    // Both bounds keep a letter that was released time and again within a queue message.
    private const int MostLines = 12;
    private const int LongestLine = 500;

    /// <summary>The story with further lines; the oldest give way when it gets long.</summary>
    public static IReadOnlyList<StoryLine> And(this IReadOnlyList<StoryLine>? story, params ReadOnlySpan<StoryLine> lines)
    {
        List<StoryLine> all = [.. story ?? []];
        foreach (var line in lines)
            all.Add(line with { What = Bounded(line.What) });
        return [.. all.Skip(all.Count - MostLines)];
    }

    /// <summary>One text for a table's property, a line each.</summary>
    internal static string Write(IReadOnlyList<StoryLine> story) =>
        string.Join('\n', story.Select(static l => $"{l.At.ToString("O", CultureInfo.InvariantCulture)} {l.What}"));

    internal static IReadOnlyList<StoryLine> Read(string? text) =>
        [.. (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split(' ', 2)).Where(static p => p.Length == 2)
            .Select(static p => new StoryLine(DateTimeOffset.Parse(p[0], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind), p[1]))];

    private static string Bounded(string what)
    {
        var line = string.Concat(what.Take(LongestLine).Select(static c => char.IsControl(c) ? ' ' : c));
        return line.Length < what.Length ? line + "…" : line;
    }
}
