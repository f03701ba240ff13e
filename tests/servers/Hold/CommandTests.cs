using System.Text.Json;
using Xunit;

namespace Postroom.Tests.Servers.Hold;

/// <summary>What an administrator types: <c>held</c>, <c>trace</c>, <c>directory</c>, <c>explain</c>.</summary>
public sealed class CommandTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    [Fact]
    public async Task A_letter_released_after_a_setting_was_mended_is_delivered_and_its_trace_tells_the_whole_story()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage, ("UndeterminedRecipient", "Hold"), ("Accounts__office__Multidrop__Header", "X-Real-To"));
        office.Deposit(HoldOffice.Letter("anna", "one"), HoldOffice.Letter("ben", "two"));
        await using (var before = new PostroomCommand(office.Settings))
        {
            Assert.Equal(0, (await before.RunAsync("run", "--until-idle")).ExitCode);
            var list = await before.RunAsync("held", "list", "--reason", "no line named x-real-to");
            Assert.Contains("2 held.", list.Output, StringComparison.Ordinal);
            Assert.Contains("Nothing like that", (await before.RunAsync("held", "list", "--account", "other")).Output, StringComparison.Ordinal);
            var id = await IdAsync(before, "<one@example.net>");
            var shown = await before.RunAsync("held", "show", id);
            Assert.Contains("Envelope-to: anna@example.com", shown.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("Good morning.", shown.Output, StringComparison.Ordinal);
            Assert.Contains("Good morning.", (await before.RunAsync("held", "show", id, "--body")).Output, StringComparison.Ordinal);
            Assert.Equal(2, (await before.RunAsync("held", "show", "nothing")).ExitCode);
            Assert.Equal(2, (await before.RunAsync("held", "release")).ExitCode);
            Assert.Equal(2, (await before.RunAsync("held", "release", id, "--all")).ExitCode);
        }

        office.Settings["Accounts__office__Multidrop__Header"] = "Envelope-to:";
        await using var postroom = new PostroomCommand(office.Settings);
        var released = await postroom.RunAsync("held", "release", "--reason", "X-Real-To", "--json");
        Assert.Equal(0, released.ExitCode);
        Assert.Equal(2, JsonDocument.Parse(released.Output).RootElement.GetProperty("sentOn").GetArrayLength());
        Assert.Contains("on its way", (await postroom.RunAsync("trace", "<one@example.net>")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await postroom.RunAsync("run", "--until-idle")).ExitCode);

        Assert.Equal((1, 1), (office.Desk("anna").Count, office.Desk("ben").Count));
        Assert.Contains("Nothing is held.", (await postroom.RunAsync("held", "list")).Output, StringComparison.Ordinal);
        var trace = (await postroom.RunAsync("trace", "one@example.net")).Output;
        string[] story = ["came from account office", "held: No line named X-Real-To", $"released by {Environment.UserName}", "sorted onto anna by Envelope-to", "delivered to target default"];
        Assert.Equal(story, story.OrderBy(s => trace.IndexOf(s, StringComparison.Ordinal)));
        Assert.All(story, s => Assert.Contains(s, trace, StringComparison.Ordinal));
        var row = JsonDocument.Parse((await postroom.RunAsync("trace", "one@example.net", "--json")).Output).RootElement.GetProperty("letters")[0];
        Assert.Equal(2, row.GetProperty("story").GetArrayLength());
    }

    [Fact]
    public async Task A_letter_assigned_for_always_makes_its_address_known()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage, ("UnknownRecipient", "Hold"), ("UndeterminedRecipient", "Hold"));
        office.Deposit(HoldOffice.Letter("gone", "one"), HoldOffice.Letter(null, "two"));
        await using var postroom = new PostroomCommand(office.Settings);
        await postroom.RunAsync("run", "--until-idle");

        var wrong = await postroom.RunAsync("held", "assign", await IdAsync(postroom, "<one@example.net>"), "--mailbox", "nobody");
        Assert.Equal((1, true), (wrong.ExitCode, wrong.Output.Contains("stays held", StringComparison.Ordinal)));
        var assigned = await postroom.RunAsync("held", "assign", await IdAsync(postroom, "<one@example.net>"), "--mailbox", "ben", "--always");
        Assert.True(assigned.ExitCode == 0, assigned.Output + assigned.Errors);
        Assert.Contains("gone@example.com is remembered", assigned.Output, StringComparison.Ordinal);
        var unnamed = await postroom.RunAsync("held", "assign", await IdAsync(postroom, "<two@example.net>"), "--mailbox", "ben", "--always");
        Assert.Equal(1, unnamed.ExitCode);
        Assert.Contains("not remembered: No recipient", unnamed.Output, StringComparison.Ordinal);

        office.Deposit(HoldOffice.Letter("gone", "three"));
        Assert.Equal(0, (await postroom.RunAsync("run", "--until-idle")).ExitCode);
        Assert.Equal(3, office.Desk("ben").Count);
    }

    [Fact]
    public async Task A_file_with_problems_is_told_all_of_them_and_a_good_one_counts_for_explain()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        await using var postroom = new PostroomCommand(office.Settings);
        var letter = await FileAsync(postroom, "letter.eml", HoldOffice.Letter("vera", "one"));
        var bad = await postroom.RunAsync("directory", "import", await FileAsync(postroom, "bad.csv", "address,mailbox\nanna@example.com,vera\nvera@example.net,vera\nvera@example.com,\n"));
        Assert.Equal(1, bad.ExitCode);
        Assert.All((string[])["Line 2", "Line 3", "Line 4", "3 problems. Nothing was changed."], s => Assert.Contains(s, bad.Errors, StringComparison.Ordinal));
        Assert.Equal("post", await ExplainAsync(postroom, letter, "settings and table"));

        var good = await postroom.RunAsync("directory", "import", await FileAsync(postroom, "good.csv", "address,mailbox\nvera@example.com,vera\n"));
        Assert.True(good.ExitCode == 0, good.Errors);
        Assert.Contains("1 address, 1 mailbox", good.Output, StringComparison.Ordinal);
        Assert.Contains("said so already", (await postroom.RunAsync("directory", "import", Path.Combine(postroom.Folder, "good.csv"))).Output, StringComparison.Ordinal);
        Assert.Equal("vera", await ExplainAsync(postroom, letter, "settings and table"));

        var file = Path.Combine(postroom.Folder, "out.csv");
        Assert.Equal(0, (await postroom.RunAsync("directory", "export", file, "--semicolon")).ExitCode);
        Assert.Equal("address;mailbox;target\r\nvera@example.com;vera;\r\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(2, (await postroom.RunAsync("directory", "import", "missing.csv")).ExitCode);
        Assert.Equal(2, (await postroom.RunAsync("directory", "export", "/nowhere/out.csv")).ExitCode);
    }

    [Fact]
    public async Task Without_an_emulator_explain_answers_from_the_settings_and_says_so()
    {
        await using var office = await HoldOffice.OpenAsync(provider, storage);
        // A storage account on this machine at whose port nobody listens.
        office.Settings["Storage"] = office.Settings["Storage"].Replace($":{storage.Tables.Uri.Port}/", $":{FreePort.Next()}/", StringComparison.Ordinal);
        await using var postroom = new PostroomCommand(office.Settings);
        var letter = await FileAsync(postroom, "letter.eml", HoldOffice.Letter("anna", "one"));

        Assert.Equal("anna", await ExplainAsync(postroom, letter, "settings only"));
        Assert.Contains("Only the settings were asked", (await postroom.RunAsync("explain", letter, "--account", "office")).Output, StringComparison.Ordinal);
    }

    private static async Task<string> ExplainAsync(PostroomCommand postroom, string letter, string directory)
    {
        var ran = await postroom.RunAsync("explain", letter, "--account", "office", "--json");
        Assert.True(ran.ExitCode == 0, ran.Errors);
        var json = JsonDocument.Parse(ran.Output).RootElement;
        Assert.Equal(directory, json.GetProperty("directory").GetString());
        return Assert.Single(json.GetProperty("mailboxes").EnumerateArray()).GetString()!;
    }

    private static async Task<string> IdAsync(PostroomCommand postroom, string messageId) =>
        JsonDocument.Parse((await postroom.RunAsync("held", "list", "--json")).Output).RootElement.EnumerateArray()
            .Single(h => h.GetProperty("messageId").GetString() == messageId).GetProperty("id").GetString()!;

    private static async Task<string> FileAsync(PostroomCommand postroom, string name, string text)
    {
        var file = Path.Combine(postroom.Folder, name);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        return file;
    }
}
