using Postroom.Accounts;
using Postroom.Directory;
using Postroom.Mail;

namespace Postroom.Doctor;

/// <summary>The settings worth a try with the sampled letters. The order is that of preference where all else is equal.</summary>
internal static class CandidateSettings
{
    private const int MostHeaders = 20;
    private const int MostSkipped = 4;
    private const int MostPrefixes = 4;

    // Below this share of the letters a header, or a prefix in it, is somebody else's.
    private const double LeastShare = 0.2;

    /// <summary>All of them.</summary>
    public static IEnumerable<Multidrop> Of(Account account, IReadOnlyList<SampledLetter> letters, RecipientDirectory directory, ProviderBook book)
    {
        foreach (var name in Headers(letters, book))
        {
            var most = letters.Max(l => l.Named(name).Count);
            string?[] prefixes = [null, .. Prefixes(name, account, letters, directory)];
            foreach (var prefix in prefixes)
                foreach (var occurrence in (Occurrence[])[Occurrence.AboveReceived, Occurrence.Last, Occurrence.First])
                    for (var skip = 0; skip < Math.Min(most, MostSkipped + 1); skip++)
                        yield return new()
                        {
                            Mode = prefix is null ? MultidropMode.Header : MultidropMode.Qvirtual,
                            Header = name,
                            Prefix = prefix,
                            Occurrence = occurrence,
                            Skip = skip,
                        };
        }

        foreach (var hosts in ProviderHosts.Sets(letters))
            foreach (var occurrence in (Occurrence[])[Occurrence.First, Occurrence.Last])
                yield return new() { Mode = MultidropMode.Received, Hosts = hosts, Occurrence = occurrence };
    }

    /// <summary>Names that carry addresses of ours in enough letters, those the book knows first.</summary>
    private static List<string> Headers(IReadOnlyList<SampledLetter> letters, ProviderBook book) =>
    [
        .. letters
            .SelectMany(static l => l.Evidence.Lines.Where(e => !SenderHeaders.Contains(e.Name) && !SenderHeaders.IsReceived(e.Name) && l.OursIn(e).Any())
                .Select(static e => e.Name).Distinct(StringComparer.OrdinalIgnoreCase))
            .GroupBy(static name => name, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() >= letters.Count * LeastShare)
            .OrderBy(g => book.Rank(g.Key))
            .ThenByDescending(static g => g.Count())
            .Take(MostHeaders)
            .Select(static g => g.GroupBy(static n => n, StringComparer.Ordinal).MaxBy(static n => n.Count())!.Key),
    ];

    /// <summary>What may stand before the real address: it ends with a hyphen, and behind it remain addresses somebody has.</summary>
    private static List<string> Prefixes(string header, Account account, IReadOnlyList<SampledLetter> letters, RecipientDirectory directory)
    {
        var found = new Dictionary<string, (int Known, HashSet<string> Behind)>(StringComparer.OrdinalIgnoreCase);
        foreach (var letter in letters)
        {
            var addresses = letter.Named(header).SelectMany(i => letter.OursIn(letter.Evidence.Lines[i])).ToList();
            foreach (var (prefix, rest) in addresses.SelectMany(Cuts).DistinctBy(static c => c.Prefix, StringComparer.OrdinalIgnoreCase))
            {
                var (known, behind) = found.TryGetValue(prefix, out var before) ? before : (0, []);
                behind.Add(rest.LocalPart);
                found[prefix] = (known + (Verdict.Of(directory, rest) == AddressVerdict.Named ? 1 : 0), behind);
            }
        }

        // With a bare catch-all nobody's address proves the prefix; then qmail's own habit does, the domain's name before
        // many different names (qmail-send(8), virtualdomains).
        var likely = found.Where(f => f.Value.Known >= letters.Count * LeastShare
            || (f.Value.Behind.Count > 2 && account.Domains.Any(d => f.Key.Equals(d + "-", StringComparison.OrdinalIgnoreCase))));
        return [.. likely.OrderByDescending(static f => f.Value.Known).ThenBy(static f => f.Key.Length).Take(MostPrefixes).Select(static f => f.Key)];
    }

    private static IEnumerable<(string Prefix, EmailAddress Remainder)> Cuts(EmailAddress address)
    {
        var local = address.LocalPart;
        for (var cut = local.IndexOf('-', StringComparison.Ordinal); cut >= 0; cut = local.IndexOf('-', cut + 1))
            if (EmailAddress.TryParse($"{local[(cut + 1)..]}@{address.Domain}", out var rest))
                yield return (local[..(cut + 1)], rest);
    }
}
