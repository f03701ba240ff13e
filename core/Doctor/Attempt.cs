using Postroom.Accounts;
using Postroom.Directory;
using Postroom.Mail;
using Postroom.Resolve;

namespace Postroom.Doctor;

/// <summary>A candidate setting, tried on every letter of the sample with the very code that will sort the mail.</summary>
internal sealed class Attempt
{
    // Letters below this share in the provider's own place, or at all: no setting to rely on.
    private const double LeastSecured = 0.5;

    private Attempt(Multidrop setting, IReadOnlyList<Result> results)
    {
        Setting = setting;
        Results = results;
        Trial = new(setting, results.Count, Count(AddressVerdict.Named), Count(AddressVerdict.CatchAll), Count(AddressVerdict.Unknown),
            Count(AddressVerdict.None), results.Count(static r => r.IsDecided && r.Trust <= 0), results.Count(static r => r.IsAstray));
        Secured = results.Count(static r => r.IsDecided && r.Trust > 0);
        Score = results.Sum(static r => r.Trust * Worth(r.Verdict)) / Math.Max(1, results.Count)
            - (0.3 * Trial.Astray / Math.Max(1, results.Count));

        int Count(AddressVerdict verdict) => results.Count(r => r.Verdict == verdict);
    }

    public Multidrop Setting { get; }

    public Trial Trial { get; }

    public IReadOnlyList<Result> Results { get; }

    /// <summary>Letters decided by a line only the provider can have put where it stands.</summary>
    public int Secured { get; }

    /// <summary>From 0 to 1; what cannot be trusted counts nothing.</summary>
    public double Score { get; }

    /// <summary>Where the deciding line stands in the letters.</summary>
    public LinePlace Place => PlaceOf(Results.Where(static r => r.Line >= 0).Select(static r => r.Place));

    /// <summary>Whether it names the provider's mailbox instead of the recipient: always the same address, whoever the sender wrote to.</summary>
    public bool NamesTheMailbox =>
        Results.Where(static r => r.IsDecided).SelectMany(static r => r.Recipients).Distinct().Take(2).Count() == 1
        && Trial.Astray >= Math.Max(2, 0.3 * Trial.Decided);

    /// <summary>Whether it may be recommended.</summary>
    public bool Works => !NamesTheMailbox && Secured > 0 && Secured >= LeastSecured * Results.Count;

    public static Attempt Make(Multidrop setting, Account account, IReadOnlyList<SampledLetter> letters, RecipientDirectory directory)
    {
        var tried = account with { Mailbox = null, Multidrop = setting };
        List<Result> results = [.. letters.Select(letter => Try(tried, setting, letter, directory))];
        // Directly below the entrance a line is the provider's only if it stands there in all letters; in a few it is the sender's.
        if (PlaceOf(results.Where(static r => r.Line >= 0).Select(static r => r.Place)) != LinePlace.Entrance)
            results = [.. results.Select(static r => r.Place == LinePlace.Entrance ? r with { Trust = 0 } : r)];
        return new(setting, results);
    }

    /// <summary>The place nearly all lines share; else mixed.</summary>
    public static LinePlace PlaceOf(IEnumerable<LinePlace> places)
    {
        var counted = places.CountBy(static p => p).OrderByDescending(static p => p.Value).ToList();
        return counted.Count > 0 && counted[0].Value >= 0.9 * counted.Sum(static p => p.Value) ? counted[0].Key : LinePlace.Mixed;
    }

    private static Result Try(Account tried, Multidrop setting, SampledLetter letter, RecipientDirectory directory)
    {
        var sorting = Sorter.Sort(tried, letter.Evidence, directory);
        List<EmailAddress> recipients = [.. sorting.Recipients.Select(static text => EmailAddress.TryParse(text, out var a) ? a : default)];
        var line = setting.Mode == MultidropMode.Received ? -1 : letter.Chosen(setting);
        var place = line < 0 ? LinePlace.Mixed : letter.Place(line);
        var trust = setting.Mode == MultidropMode.Received ? TrustInReceived : Trust(setting.Occurrence, place);
        var astray = recipients.Count > 0 && letter.WrittenTo.Count > 0 && !recipients.Exists(r => letter.WrittenTo.Any(w => Same(w, r)));
        return new(letter, line, place, recipients, Verdict.Of(directory, recipients), trust, astray);
    }

    private static bool Same(EmailAddress one, EmailAddress other) =>
        one.Domain == other.Domain && one.LocalPart.Equals(other.LocalPart, StringComparison.OrdinalIgnoreCase);

    // Its walk is careful, but senders' servers write such lines too and several recipients leave it empty: only if no header helps.
    private const double TrustInReceived = 0.75;

    private static double Trust(Occurrence occurrence, LinePlace place) => (occurrence, place) switch
    {
        (Occurrence.Last, LinePlace.Bottom) => 1,
        (Occurrence.Last, _) => 0,
        (_, LinePlace.Top or LinePlace.Inside) => 1,
        (Occurrence.First, LinePlace.Entrance) => 0.8,
        _ => 0,
    };

    private static double Worth(AddressVerdict verdict) => verdict switch
    {
        AddressVerdict.Named => 1,
        AddressVerdict.CatchAll => 0.9,
        // Much of what a catch-all account collects is for addresses nobody ever had.
        AddressVerdict.Unknown => 0.6,
        _ => 0,
    };

    /// <summary>What became of one letter.</summary>
    /// <param name="Letter">The letter.</param>
    /// <param name="Line">Position of the deciding line; -1: none, or Received.</param>
    /// <param name="Place">Where that line stands.</param>
    /// <param name="Recipients">Who was found.</param>
    /// <param name="Verdict">What the directory says of them.</param>
    /// <param name="Trust">0: the sender may have put the line there; 1: only the provider can.</param>
    /// <param name="IsAstray">Whether To and Cc name somebody of ours, and nobody of those found.</param>
    internal sealed record Result(
        SampledLetter Letter, int Line, LinePlace Place, IReadOnlyList<EmailAddress> Recipients, AddressVerdict Verdict, double Trust, bool IsAstray)
    {
        public bool IsDecided => Recipients.Count > 0;
    }
}
