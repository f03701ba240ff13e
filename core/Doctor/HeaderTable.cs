using Postroom.Accounts;

namespace Postroom.Doctor;

/// <summary>Tabulates the headers that carry addresses of ours, those senders write included.</summary>
internal static class HeaderTable
{
    private const int MostRows = 30;

    public static IReadOnlyList<HeaderFinding> Of(IReadOnlyList<SampledLetter> letters, IReadOnlyList<Attempt> attempts) =>
    [
        .. letters
            .SelectMany(static l => l.Evidence.Lines.Where(e => l.OursIn(e).Any()).Select(static e => e.Name).Distinct(StringComparer.OrdinalIgnoreCase))
            .Where(static name => !SenderHeaders.IsReceived(name))
            .CountBy(static name => name, StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(static h => h.Value)
            .ThenBy(static h => h.Key, StringComparer.OrdinalIgnoreCase)
            .Take(MostRows)
            .Select(h => Row(h.Key, letters, attempts)),
        .. Received(letters, attempts),
    ];

    private static HeaderFinding Row(string name, IReadOnlyList<SampledLetter> letters, IReadOnlyList<Attempt> attempts)
    {
        var with = letters.Select(l => (Letter: l, Lines: l.Named(name))).Where(static l => l.Lines.Count > 0).ToList();
        var ours = with.Where(static l => l.Lines.Exists(i => l.Letter.OursIn(l.Letter.Evidence.Lines[i]).Any())).ToList();
        var values = ours.SelectMany(static l => l.Lines.Select(i => l.Letter.OursIn(l.Letter.Evidence.Lines[i]).Count())).Where(static n => n > 0).ToList();
        var comparable = ours.Where(static l => l.Letter.ReceivedFor.Count > 0).ToList();
        var agreeing = comparable.Count(static l => l.Lines.Exists(i => l.Letter.OursIn(l.Letter.Evidence.Lines[i]).Intersect(l.Letter.ReceivedFor).Any()));
        var place = Attempt.PlaceOf(with.Select(static l => l.Letter.Place(l.Lines[0])));
        if (place is LinePlace.Mixed or LinePlace.Sender && Attempt.PlaceOf(with.Select(static l => l.Letter.Place(l.Lines[^1]))) is not LinePlace.Mixed and var lowest)
            place = lowest;
        var built = attempts.Where(a => a.Setting.FieldName.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return new(
            with[0].Letter.Evidence.Lines[with[0].Lines[0]].Name, ours.Count, with.Count - ours.Count, place,
            with.Average(static l => l.Lines.Count), values.Average(), comparable.Count, agreeing,
            built.Count == 0 ? null : built.MaxBy(static a => a.Score)!.Trial.Placed);
    }

    /// <summary>The provider's own Received lines, which agree with themselves.</summary>
    private static IEnumerable<HeaderFinding> Received(IReadOnlyList<SampledLetter> letters, IReadOnlyList<Attempt> attempts)
    {
        var with = letters.Where(static l => l.ReceivedFor.Count > 0).ToList();
        if (with.Count > 0)
            yield return new(
                "Received", with.Count, letters.Count - with.Count, LinePlace.Inside, with.Average(static l => l.ProviderLines.Count),
                with.Average(static l => l.ReceivedFor.Count), with.Count, with.Count,
                attempts.Where(static a => a.Setting.Mode == MultidropMode.Received).MaxBy(static a => a.Score)?.Trial.Placed);
    }
}
