using Postroom.Accounts;

namespace Postroom.Doctor;

/// <summary>How sure a recommendation is.</summary>
internal static class Confidence
{
    private const int FewestForTheBook = 5;

    /// <summary>From 1 to 99.</summary>
    public static int Percent(Attempt best, IReadOnlyList<RecognisedProvider> providers)
    {
        var trial = best.Trial;
        var sure = LowerBound(best.Secured, trial.Letters);
        // Letters for nobody are normal; mostly letters for nobody mean that something else is read, or a directory without entries.
        sure *= 1 - (0.3 * trial.Unknown / trial.Letters);
        sure *= 1 - (0.3 * trial.Astray / trial.Letters);
        if (best.Setting.Mode == MultidropMode.Received)
            sure *= 0.7;
        else if (best.Place is LinePlace.Entrance or LinePlace.Mixed)
            sure *= 0.8;
        // The book knows the provider, not this mailbox: it cannot stand in for letters.
        if (trial.Letters >= FewestForTheBook && providers.Any(p => Agrees(p.Entry, best)))
            sure = 1 - ((1 - sure) * 0.8);
        return Math.Clamp((int)Math.Round(sure * 100), 1, 99);
    }

    public static string Word(int percent) => percent switch
    {
        >= 90 => "high",
        >= 70 => "good",
        >= 50 => "fair",
        _ => "low",
    };

    /// <summary>Whether the book says the same of a provider.</summary>
    public static bool Agrees(ProviderEntry entry, Attempt best) =>
        entry.Mode == best.Setting.Mode && entry.Header.Equals(best.Setting.FieldName, StringComparison.OrdinalIgnoreCase) && entry.Place == best.Place;

    /// <summary>The share that holds at least, with 95 % certainty, if <paramref name="hits"/> of <paramref name="all"/> were seen
    /// (Wilson's score interval): 3 of 3 is 44 %, 20 of 20 is 84 %, 200 of 200 is 98 %.</summary>
    private static double LowerBound(int hits, int all)
    {
        const double z = 1.96;
        var share = (double)hits / all;
        return (share + (z * z / (2 * all)) - (z * Math.Sqrt(((share * (1 - share)) + (z * z / (4 * all))) / all))) / (1 + (z * z / all));
    }
}
