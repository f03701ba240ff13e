namespace Postroom.Deliver;

/// <summary>When a letter is tried again: 1, 5, 15, 30 minutes, 1, 2, 4 hours, then every 4 hours, 5 days in all (RFC 5321 §4.5.4.1).</summary>
internal static class RetrySchedule
{
    // Each step must stay below the 7 days a queue message can be invisible.
    private static readonly TimeSpan[] Steps =
        [.. new[] { 1, 5, 15, 30, 60, 120, 240 }.Select(static m => TimeSpan.FromMinutes(m))];

    /// <summary>From the first attempt on; then the letter is held.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(5);

    /// <summary>Wait before the next attempt; null when the letter has waited long enough.</summary>
    /// <param name="attempts">Attempts made, at least 1.</param>
    /// <param name="waited">Time since the first.</param>
    public static TimeSpan? Next(int attempts, TimeSpan waited) =>
        waited >= GiveUpAfter ? null : Steps[Math.Clamp(attempts - 1, 0, Steps.Length - 1)];
}
