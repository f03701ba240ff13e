using Postroom.Mail;
using Postroom.Resolve;

namespace Postroom.Doctor;

/// <summary>The hosts by which the provider took the sampled letters in. The topmost Received line of a letter is always its own.</summary>
internal static class ProviderHosts
{
    // A letter moved here from another account by its reader carries that provider's lines.
    private const double LeastShare = 0.1;

    /// <summary>Names behind <c>by</c> in the topmost lines, without those of single letters that came in another way.</summary>
    public static OurHosts Topmost(IReadOnlyList<HeaderEvidence> samples)
    {
        var byOrganisation = samples
            .Select(static s => s.Lines.Where(static l => SenderHeaders.IsReceived(l.Name))
                .Select(static l => new ReceivedLine(AddressReader.Decode(l.Value)).By).FirstOrDefault(static by => by.Length > 0))
            .OfType<string>()
            .GroupBy(Organisation, StringComparer.OrdinalIgnoreCase);
        return new([.. byOrganisation.Where(g => g.Count() >= samples.Count * LeastShare)
            .SelectMany(static g => g.Distinct(StringComparer.OrdinalIgnoreCase))]);
    }

    /// <summary>Sets of hosts worth a try for <c>Received</c>, the best first.</summary>
    public static IEnumerable<IReadOnlyList<string>> Sets(IReadOnlyList<SampledLetter> letters)
    {
        var hosts = letters
            .SelectMany(static l => l.ProviderLines.Select(static r => r.By.ToLowerInvariant()).Where(static by => by.Length > 0).Distinct())
            .GroupBy(static by => by, StringComparer.Ordinal)
            .OrderByDescending(static g => g.Count())
            .Select(static g => g.Key)
            .Take(50)
            .ToList();
        if (hosts.Count == 0)
            yield break;

        // Providers add hosts; one named by its domain lets tomorrow's count too. A single host stands for itself.
        var grouped = hosts.GroupBy(Organisation, StringComparer.Ordinal).SelectMany(static IEnumerable<string> (g) => g.Count() > 1 && g.Key[0] == '.' ? [g.Key] : g).ToList();
        if (grouped.Count <= 10)
            yield return grouped;
        if (hosts.Count <= 10 && !grouped.SequenceEqual(hosts))
            yield return hosts;
        // Hosts inside may only hand on; the entrance alone then is enough.
        if (hosts.Count > 1)
            yield return [hosts[0]];
    }

    /// <summary>The host's domain with a dot before it; a name of less than three labels, or an address, stands for itself.</summary>
    private static string Organisation(string host)
    {
        var first = host.IndexOf('.', StringComparison.Ordinal);
        return first > 0 && host[0] != '[' && host.IndexOf('.', first + 1) > 0 ? host[first..].ToLowerInvariant() : host.ToLowerInvariant();
    }
}
