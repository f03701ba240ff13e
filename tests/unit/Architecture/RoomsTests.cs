using Xunit;

namespace Postroom.Tests.Unit.Architecture;

/// <summary>Stages never call each other: they meet in the store, the queues and the tables. Read from the source, since a compiler does not mind.</summary>
public sealed class RoomsTests
{
    private static readonly string[] Stages = ["Collect", "Receive", "Resolve", "Deliver", "Hold", "Sweep"];
    private static readonly string[] MeetingPlaces = ["Mail", "Accounts", "Connect", "Directory", "Store", "Queues", "Ledger", "Settings"];

    // The doctor looks at a mailbox as Collect does and tries settings as Resolve does; no stage and no meeting place knows it.
    private static readonly string[] Onlookers = ["Doctor"];

    // Where letters wait for a person is a meeting place of its own, that stands in the room of the stage that fills it from the poison queues.
    // Beside it the tally of letters for addresses nobody has, which Resolve asks before it troubles the postmaster.
    private static readonly string[] Shelf = ["HeldShelf", "HeldLetter", "UnknownTally", "UnknownCount", "FoldNotice"];

    // Names of outcomes inside a type; others have properties called so.
    private static readonly string[] CommonWords = ["Done", "Refused"];

    public static TheoryData<string> StageFiles => [.. SourceFile.Core.Where(static f => Stages.Contains(f.Room)).Select(static f => f.Name)];

    [Theory]
    [MemberData(nameof(StageFiles))]
    public void A_stage_speaks_of_no_other_stage_but_of_the_shelf(string name)
    {
        var file = SourceFile.Core.Single(f => f.Name == name);
        Assert.Empty(file.Uses.Except(MeetingPlaces).Except(["Hold"]));
        if (file.Room != "Hold")
            Assert.DoesNotContain(TypesOf("Hold").Except(Shelf).Except(CommonWords).Except(TypesOf(file.Room)), file.Mentions);
    }

    private static IEnumerable<string> TypesOf(string room) => SourceFile.Core.Where(f => f.Room == room).SelectMany(static f => f.Types);

    [Fact]
    public void A_meeting_place_speaks_of_no_stage_but_the_settings_of_targets()
    {
        foreach (var file in SourceFile.Core.Where(static f => MeetingPlaces.Contains(f.Room)))
        {
            // Settings describe what Deliver reads: targets, and when to try again.
            string[] allowed = file.Room == "Settings" ? ["Deliver"] : [];
            Assert.True(!file.Uses.Intersect([.. Stages, .. Onlookers]).Except(allowed).Any(), $"{file} uses {string.Join(", ", file.Uses)}");
            if (file.Room == "Settings")
                Assert.DoesNotContain(SourceFile.Core.Where(static f => f.Room == "Deliver").SelectMany(static f => f.Types).Except(["Target", "TargetKind", "RetrySchedule"]), file.Mentions);
        }
    }

    [Fact]
    public void Every_room_is_a_stage_a_meeting_place_or_an_onlookers() =>
        Assert.Empty(SourceFile.Rooms.Except(Stages).Except(MeetingPlaces).Except(Onlookers));

    [Fact]
    public void Every_file_is_in_the_namespace_of_its_room() =>
        Assert.All(SourceFile.Core, static f => Assert.Contains($"namespace Postroom.{f.Room};", f.Code, StringComparison.Ordinal));

    [Theory]
    [InlineData("using Postroom.Deliver;")]
    [InlineData("using static Postroom.Deliver.MaildirTarget;")]
    [InlineData("using Next = Postroom.Deliver.MaildirTarget;")]
    [InlineData("var next = Deliver.MaildirTarget.Next(1, default);")]
    [InlineData("var next = Postroom.Deliver.MaildirTarget.Next(1, default);")]
    public void Each_way_to_speak_of_another_room_is_seen(string code) =>
        Assert.Equal(["Deliver"], new SourceFile("Collect", "x.cs", code).Uses);

    [Fact]
    public void A_queue_named_like_a_stage_is_not_the_stage() =>
        Assert.Empty(new SourceFile("Collect", "x.cs", "await storage.Queues.Deliver.SendAsync(body);").Uses);
}
