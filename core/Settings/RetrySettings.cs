using Postroom.Deliver;

namespace Postroom.Settings;

/// <summary>The settings <c>Retry__*</c>.</summary>
internal static class RetrySettings
{
    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(10);

    public static RetrySchedule Read(SettingSection section) => new(
        Steps(section),
        section.Time("GiveUpAfter", RetrySchedule.Usual.GiveUpAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)));

    private static IReadOnlyList<TimeSpan> Steps(SettingSection section)
    {
        List<TimeSpan> steps = [];
        foreach (var text in section.List("Steps"))
        {
            if (SettingSection.TryTime(text, out var step) && step >= ShortestStep && step <= RetrySchedule.LongestStep)
            {
                steps.Add(step);
                continue;
            }

            section.Problem("Steps", $"\"{text}\" is not possible. Write times from 10s to 1d with commas between them, such as 1m, 5m, 15m, 1h.");
        }

        return steps.Count > 0 ? steps : RetrySchedule.Usual.Steps;
    }
}
