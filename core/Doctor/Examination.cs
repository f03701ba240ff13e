using Postroom.Accounts;
using Postroom.Directory;
using Postroom.Mail;
using Postroom.Resolve;

namespace Postroom.Doctor;

/// <summary>
/// Finds out from sampled headers where a provider names the real recipient. Every setting worth a try is tried on every
/// letter with the code that will sort the mail; what counts is how many reach a desk by a line that only the provider can
/// have put where it stands.
/// </summary>
public static class Examination
{
    /// <summary>Examines.</summary>
    /// <param name="account">The account; its present setting may be missing or wrong.</param>
    /// <param name="samples">Headers read with <see cref="CandidateHeaders.All"/>.</param>
    /// <param name="directory">Who has which address.</param>
    /// <param name="book">What is known of providers.</param>
    public static Diagnosis Examine(Account account, IReadOnlyList<HeaderEvidence> samples, RecipientDirectory directory, ProviderBook book)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(book);
        var hosts = ProviderHosts.Topmost(samples);
        List<SampledLetter> letters = [.. samples.Select(s => new SampledLetter(account, s, hosts))];
        List<Attempt> attempts = letters.Count == 0 ? [] :
            [.. CandidateSettings.Of(account, letters, directory, book).Select(setting => Attempt.Make(setting, account, letters, directory))];
        var best = Best(attempts);
        var providers = book.Recognise(letters);
        var present = account.Multidrop is { } setting ? Attempt.Make(setting, account, letters, directory) : null;
        var warnings = new Warnings(account, letters, attempts, providers, directory);
        return new(
            letters.Count,
            providers,
            HeaderTable.Of(letters, attempts),
            present?.Trial,
            best is null ? null : Recommend(account, best, providers),
            [.. warnings.Of(best), .. warnings.OfPresent(present, best)],
            MissingFeature.Of(account, letters, best, providers));
    }

    /// <summary>The setting with the highest score. Scores that differ by less than a letter in fifty are one: then headers
    /// come before Received, and what only the provider can reach before what needs it to be there always.</summary>
    private static Attempt? Best(IEnumerable<Attempt> attempts) => attempts
        .Where(static a => a.Works)
        .OrderByDescending(static a => Math.Round(a.Score * 50))
        .ThenBy(static a => a.Setting.Mode)
        .ThenBy(static a => (a.Setting.Mode, a.Setting.Occurrence) switch
        {
            (MultidropMode.Received, Occurrence.First) => 0,
            (_, Occurrence.AboveReceived) => 0,
            (_, Occurrence.Last) => 1,
            _ => 2,
        })
        .ThenBy(static a => a.Setting.Skip)
        .FirstOrDefault();

    private static Recommendation Recommend(Account account, Attempt best, IReadOnlyList<RecognisedProvider> providers)
    {
        var percent = Confidence.Percent(best, providers);
        return new(best.Setting, SettingLines.Of(account, best.Setting), percent, Confidence.Word(percent), best.Place, best.Trial, Quotations(best));
    }

    private static List<Quotation> Quotations(Attempt best)
    {
        const int most = 3;
        return
        [
            .. best.Results.Where(static r => r.IsDecided && r.Trust > 0)
                .Select(static r => new Quotation(Line(r), [.. r.Recipients.Select(static a => a.ToString())]))
                .DistinctBy(static q => string.Join(' ', q.Recipients))
                .Take(most),
        ];
    }

    private static string Line(Attempt.Result result)
    {
        const int longest = 300;
        var text = result.Line >= 0
            ? $"{result.Letter.Evidence.Lines[result.Line].Name}: {AddressReader.Decode(result.Letter.Evidence.Lines[result.Line].Value)}"
            : $"Received: {(result.Letter.ProviderLines.FirstOrDefault(static l => l.For.Count > 0) ?? result.Letter.ProviderLines[0]).Text}";
        return text.Length <= longest ? text : text[..longest] + "…";
    }
}
