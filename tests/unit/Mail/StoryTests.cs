using Postroom.Mail;
using Xunit;

namespace Postroom.Tests.Unit.Mail;

public sealed class StoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_story_is_read_as_it_was_written()
    {
        IReadOnlyList<StoryLine> none = [];
        var story = none.And(new(Noon, "Held: nobody knows."), new(Noon.AddTicks(1), "Released by root."));

        Assert.Equal(story, Story.Read(Story.Write(story)));
        Assert.Empty(Story.Read(null));
        Assert.Empty(Story.Read(Story.Write([])));
    }

    [Fact]
    public void A_stranger_s_text_makes_no_line_of_its_own_and_no_endless_one()
    {
        var story = Story.And(null, new StoryLine(Noon, "Held: a\n2026-03-01T12:00:00.0000000+00:00 Released by boss." + new string('x', 1000)));

        var line = Assert.Single(Story.Read(Story.Write(story)));
        Assert.InRange(line.What.Length, 500, 501);
    }

    [Fact]
    public void A_letter_released_time_and_again_keeps_the_end_of_its_story()
    {
        IReadOnlyList<StoryLine>? story = null;
        for (var i = 0; i < 100; i++)
            story = story.And(new StoryLine(Noon.AddMinutes(i), $"Line {i}."));

        Assert.Equal(12, story!.Count);
        Assert.Equal("Line 99.", story[^1].What);
    }
}
