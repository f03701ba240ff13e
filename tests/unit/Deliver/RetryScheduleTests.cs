using Postroom.Deliver;
using Xunit;

namespace Postroom.Tests.Unit.Deliver;

public sealed class RetryScheduleTests
{
    [Fact]
    public void A_letter_is_tried_quickly_then_every_four_hours_and_after_five_days_no_more()
    {
        List<double> minutes = [];
        var waited = TimeSpan.Zero;
        for (var attempts = 1; RetrySchedule.Usual.Next(attempts, waited) is { } wait; attempts++)
        {
            minutes.Add(wait.TotalMinutes);
            waited += wait;
        }

        Assert.Equal([1, 5, 15, 30, 60, 120, 240, 240], minutes.Take(8));
        Assert.All(minutes.Skip(8), static m => Assert.Equal(240, m));
        Assert.InRange(waited, TimeSpan.FromDays(5), TimeSpan.FromDays(5) + TimeSpan.FromHours(4));
    }
}
