namespace Postroom.Deliver;

/// <summary>When a letter that could not be delivered is tried again.</summary>
/// <param name="Steps">Waits after the first attempt, the second and so on; the last one repeats. Never empty.</param>
/// <param name="GiveUpAfter">From the first attempt on; then the letter is held.</param>
public sealed record RetrySchedule(IReadOnlyList<TimeSpan> Steps, TimeSpan GiveUpAfter)
{
    /// <summary>Most of a step: must stay below the 7 days a queue message can be invisible.</summary>
    internal static readonly TimeSpan LongestStep = TimeSpan.FromDays(1);

    /// <summary>1, 5, 15, 30 minutes, 1, 2, 4 hours, then every 4 hours, 5 days in all (RFC 5321 §4.5.4.1).</summary>
    public static RetrySchedule Usual { get; } =
        new([.. new[] { 1, 5, 15, 30, 60, 120, 240 }.Select(static m => TimeSpan.FromMinutes(m))], TimeSpan.FromDays(5));

    /// <summary>Wait before the next attempt; null when the letter has waited long enough.</summary>
    /// <param name="attempts">Attempts made, at least 1.</param>
    /// <param name="waited">Time since the first.</param>
    public TimeSpan? Next(int attempts, TimeSpan waited) =>
        waited >= GiveUpAfter ? null : Steps[Math.Clamp(attempts - 1, 0, Steps.Count - 1)];
}
