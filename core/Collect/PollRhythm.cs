using System.Security.Cryptography;
using System.Text;
using Postroom.Accounts;

namespace Postroom.Collect;

/// <summary>When an account is polled next.</summary>
internal static class PollRhythm
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan QuarterDay = TimeSpan.FromHours(6);

    /// <summary>The account's interval, up to a tenth shorter or longer so that a hundred accounts do not all come at once; always the same for one account.</summary>
    public static TimeSpan Interval(Account account) => account.Interval * (0.9 + 0.2 * Share(account.Name));

    /// <summary>The wait after a poll that went well.</summary>
    /// <param name="account">The account.</param>
    /// <param name="logInDelay">Least time between two log-ins as the server announced it (RFC 2449 §6.5).</param>
    public static TimeSpan AfterSuccess(Account account, TimeSpan logInDelay) => Longer(Interval(account), logInDelay);

    /// <summary>The wait after a poll that failed, and whether it counts as a failure.</summary>
    /// <param name="account">The account.</param>
    /// <param name="refusal">What the server meant.</param>
    /// <param name="logInDelay">Least time between two log-ins as the server announced it.</param>
    /// <param name="failures">Failures in a row before this one.</param>
    public static (TimeSpan Wait, bool Counts) AfterFailure(Account account, LogInRefusal refusal, TimeSpan logInDelay, int failures) => refusal switch
    {
        // Somebody reads his mail elsewhere, or our last session is not quite over: nothing is wrong.
        LogInRefusal.InUse => (Longer(Shorter(Interval(account), Soon), logInDelay), false),
        LogInRefusal.TooSoon => (Longer(Interval(account) * 2, logInDelay), false),
        // Only a person can help, and too many wrong passwords lock an account at some providers.
        LogInRefusal.Credentials or LogInRefusal.LastingTrouble => (Longer(Doubled(Longer(Interval(account), TimeSpan.FromMinutes(15)), failures, QuarterDay), logInDelay), true),
        _ => (Longer(Doubled(Interval(account), failures, Hour), logInDelay), true),
    };

    private static TimeSpan Doubled(TimeSpan first, int failures, TimeSpan most)
    {
        var wait = first * Math.Pow(2, Math.Min(failures, 16));
        return Shorter(wait, Longer(first, most));
    }

    private static double Share(string account) => SHA256.HashData(Encoding.UTF8.GetBytes(account.ToLowerInvariant()))[0] / 255.0;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
