using System.Globalization;
using Postroom.Accounts;
using Postroom.Directory;
using Postroom.Mail;

namespace Postroom.Doctor;

/// <summary>What an administrator should know before he writes a setting.</summary>
internal sealed class Warnings(
    Account account, IReadOnlyList<SampledLetter> letters, IReadOnlyList<Attempt> attempts, IReadOnlyList<RecognisedProvider> providers, RecipientDirectory directory)
{
    private const int FewLetters = 20;
    private const int MostExamples = 3;

    /// <summary>Warnings about the recommended setting, or about why there is none.</summary>
    public IEnumerable<string> Of(Attempt? best)
    {
        if (letters.Count == 0)
        {
            yield return "There is no letter in the mailbox to look at. Send one to each of several addresses, let them lie there, and ask again.";
            yield break;
        }

        if (letters.Count < FewLetters)
            yield return $"Only {Letters(letters.Count)} could be looked at. Ask again when there are more.";
        foreach (var mailbox in attempts.Where(static a => a.NamesTheMailbox && a.Secured > 0).DistinctBy(static a => a.Setting.FieldName))
            yield return $"{mailbox.Setting.FieldName} always names {mailbox.Results.First(static r => r.IsDecided).Recipients[0]}, also in letters to others: that is the provider's name for the mailbox, not the recipient.";
        foreach (var (domain, count) in ForeignDomains())
            yield return $"{Letters(count)} carry addresses in {domain} where the recipient is named. If this domain is yours, add it to Domains or Accounts__{account.Name}__Domains.";
        if (best is null)
        {
            if (letters.Any(static l => l.WrittenTo.Count > 0))
                yield return "To and Cc are no way out: the sender writes them, and blind copies, lists and forwards name nobody of yours there.";
            yield break;
        }

        foreach (var warning in best.Setting.Mode == MultidropMode.Received ? OfReceived(best) : OfForgery(best))
            yield return warning;
        foreach (var warning in OfPlacing(best))
            yield return warning;
        foreach (var known in providers.Where(static p => p.Entry.Kind == ProviderKind.Provider && p.Entry.Mode is not null).Take(1))
            if (!Confidence.Agrees(known.Entry, best))
                yield return $"These letters look like {known.Entry.Name}'s, of which the provider book says: {known.Entry.Header}, {PlaceText(known.Entry.Place)}. What is recommended here is what the letters show.";
    }

    /// <summary>Warnings about the setting that is there.</summary>
    public IEnumerable<string> OfPresent(Attempt? present, Attempt? best)
    {
        if (present is null || letters.Count == 0)
            yield break;
        if (present.Trial.Doubtful > 0 && present.Setting != best?.Setting)
            yield return $"With the present setting a sender can choose who gets his letter: in {Letters(present.Trial.Doubtful)} it reads a line that stands where senders write.";
        if (present.Setting.Fallback == Fallback.To)
            yield return "The present setting falls back to To, which is the sender's word: letters may go to the wrong desk. Leave Fallback at None.";
    }

    private static IEnumerable<string> OfReceived(Attempt best)
    {
        yield return "Received lines are an emergency: a letter for several recipients often names none of them, and those letters go to the postmaster.";
        if (best.Setting.Hosts.Any(static h => h[0] != '.'))
            yield return "When the provider receives on a host that is not in Hosts, its letters go to the postmaster until the host is added.";
    }

    /// <summary>Says where the header can be forged, and why the setting minds or does not.</summary>
    private IEnumerable<string> OfForgery(Attempt best)
    {
        var name = best.Setting.FieldName;
        var strangers = best.Results.Count(r => r.Letter.Named(name).Exists(i => i != r.Line && r.Letter.Place(i) is LinePlace.Sender or LinePlace.Bottom or LinePlace.Entrance));
        if (best.Setting.Occurrence == Occurrence.Last)
            yield return $"The provider writes {name} at the bottom, below what the sender wrote: a forged line stands above it, so Last is right and First would believe the forger.";
        else if (strangers > 0)
            yield return $"{Letters(strangers)} carry another {name} further down, which came with the letter: the provider does not remove such lines, so only the one it writes itself may count ({best.Setting.Occurrence}).";

        var missing = best.Results.Count(static r => r.Line < 0 || r.Trust <= 0);
        if (missing > 0)
            yield return $"In {Letters(missing)} the provider's own {name} is missing."
                + (best.Setting.Occurrence == Occurrence.AboveReceived ? " Nothing else is believed there: the postmaster gets them." : $" In such a letter a sender's {name} would decide.");
        if (best.Setting.Occurrence == Occurrence.First && best.Place == LinePlace.Entrance)
            yield return $"{name} stands directly below the provider's Received lines, where a sender's topmost line stands too. The setting holds as long as the provider writes it into every letter.";
        else if (best.Setting.Occurrence != Occurrence.AboveReceived && missing == 0)
            yield return $"The setting holds as long as the provider writes {name} into every letter, as it did in all {letters.Count.ToString(CultureInfo.InvariantCulture)}.";
        if (best.Setting.Skip > 0)
            yield return $"Skip {best.Setting.Skip} passes over the lines of forwards inside the provider. A letter with fewer of them is read one line too low.";
    }

    private IEnumerable<string> OfPlacing(Attempt best)
    {
        var unknown = best.Results.Where(static r => r.Verdict == AddressVerdict.Unknown).ToList();
        if (unknown.Count > 0)
        {
            var examples = unknown.SelectMany(static r => r.Recipients).Where(r => Verdict.Of(directory, r) == AddressVerdict.Unknown).CountBy(static r => r.ToString())
                .OrderByDescending(static r => r.Value).Take(MostExamples).Select(static r => r.Key);
            yield return $"{Letters(unknown.Count)} are for addresses nobody has ({string.Join(", ", examples)}{(unknown.Count > MostExamples ? " …" : "")}): the postmaster gets them. Add those that should reach somebody to Mailboxes__{{name}}__Addresses.";
        }

        var several = best.Results.Count(static r => r.Recipients.Count > 1);
        if (several > 0)
            yield return $"{Letters(several)} name several recipients in one line. If the provider also stores a copy for each of them, ask it for one recipient a copy.";
        var shared = best.Results.Where(static r => r.IsDecided && !r.IsAstray).Count(r => LacksACopy(r, best));
        if (shared >= 3 && shared * 2 > best.Results.Count(r => NamedIn(r).Count > 1))
            yield return $"{Letters(shared)} are addressed to several of you, and only one copy of each was found. If the sample holds the whole mailbox, the provider stores one copy for all: the others get nothing. Ask it for a copy for each recipient.";
    }

    private bool LacksACopy(Attempt.Result result, Attempt best)
    {
        var named = NamedIn(result);
        var id = result.Letter.Evidence.Text("Message-ID");
        return named.Count > 1 && result.Recipients.Count < named.Count && id is not null
            && best.Results.Count(r => r.Letter.Evidence.Text("Message-ID") == id) == 1;
    }

    private List<EmailAddress> NamedIn(Attempt.Result result) =>
        [.. result.Letter.WrittenTo.Where(a => Verdict.Of(directory, a) == AddressVerdict.Named)];

    /// <summary>Domains that are not ours in headers the book knows, above what came with the letter.</summary>
    private IEnumerable<(string Domain, int Letters)> ForeignDomains() => letters
        .SelectMany(l => Enumerable.Range(0, l.Evidence.Lines.Count)
            .Where(i => l.Place(i) is LinePlace.Top or LinePlace.Inside or LinePlace.Bottom && IsEnvelopeHeader(l.Evidence.Lines[i].Name) && !l.OursIn(l.Evidence.Lines[i]).Any())
            .SelectMany(i => SampledLetter.All(l.Evidence.Lines[i]))
            .Select(static a => a.Domain).Distinct())
        .CountBy(static domain => domain)
        .Where(d => d.Value >= Math.Max(2, letters.Count / 10))
        .OrderByDescending(static d => d.Value)
        .Take(MostExamples)
        .Select(static d => (d.Key, d.Value));

    // Delivered-To may name the provider's own mailbox; that is no domain of ours.
    private static bool IsEnvelopeHeader(string name) =>
        !name.Equals("Delivered-To", StringComparison.OrdinalIgnoreCase)
        && ProviderBook.Own.Entries.Any(e => e.Header.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string PlaceText(LinePlace place) => place switch
    {
        LinePlace.Top => "above the first Received line",
        LinePlace.Inside => "between the provider's Received lines",
        LinePlace.Entrance => "directly below the provider's Received lines",
        LinePlace.Bottom => "at the bottom of the header",
        _ => "among the sender's lines",
    };

    private static string Letters(int count) => count == 1 ? "1 letter" : $"{count.ToString(CultureInfo.InvariantCulture)} letters";
}
