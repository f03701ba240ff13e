using Postroom.Accounts;

namespace Postroom.Doctor;

/// <summary>Says what a provider would have to switch on, in words an administrator can send to it.</summary>
internal static class MissingFeature
{
    // From here on what is found will do.
    private const double Enough = 0.8;

    public static string? Of(Account account, IReadOnlyList<SampledLetter> letters, Attempt? best, IReadOnlyList<RecognisedProvider> providers)
    {
        if (letters.Count == 0 || (best is { Setting.Mode: not MultidropMode.Received } && best.Secured >= Enough * letters.Count))
            return null;
        var domains = string.Join(", ", account.Domains);
        var request =
            $"The mailbox {account.UserName} collects all mail for {domains}. To hand each letter to the right person we need its envelope recipient, "
            + "that is the address in RCPT TO, in the stored letter: in a header of its own such as X-Envelope-To, Envelope-To or X-Original-To, in every letter, "
            + "one copy of the letter for each recipient, and headers of that name that came with the letter removed.";
        var ask = providers.Where(static p => p.Entry.Kind != ProviderKind.Forwarder && p.Entry.Mode is not null)
            .Select(static p => $" Your servers seem to be {p.Entry.Name}; there it is: {p.Entry.Ask}").FirstOrDefault();
        return request + ask;
    }
}
