using System.Text;
using System.Text.Json;
using Xunit;

namespace Postroom.Tests.Servers.Doctor;

/// <summary>A real mail server takes letters for a whole domain into one mailbox; the doctor finds out how to tell them apart.</summary>
public sealed class RealProviderTests(Azurite azurite) : IClassFixture<Azurite>
{
    private const string Setting = "Accounts__office__Multidrop__";

    [Fact]
    public async Task Exims_hundred_letters_reach_the_right_desks_by_the_recommended_setting()
    {
        await using var provider = new EximProvider();

        await EveryLetterIsPlacedAsync(provider, "Exim", new() { ["Mode"] = "Header", ["Header"] = "Envelope-to:", ["Occurrence"] = "AboveReceived" });
    }

    [Fact]
    public async Task Postfixs_hundred_letters_reach_the_right_desks_by_the_recommended_setting()
    {
        await using var provider = new PostfixProvider();

        await EveryLetterIsPlacedAsync(provider, "Postfix", new() { ["Mode"] = "Header", ["Header"] = "X-Original-To:", ["Occurrence"] = "AboveReceived" });
    }

    private async Task EveryLetterIsPlacedAsync(CatchAllProvider provider, string software, Dictionary<string, string> expected)
    {
        var connection = azurite.ConnectionString;
        await azurite.ClearAsync();
        await provider.StartAsync();
        await provider.SendAsync(StrangersLetter.Hundred);
        var settings = Office.Settings(provider.Dovecot, connection);

        var recommended = await RecommendedAsync(settings, software);

        Assert.Equal(expected.ToDictionary(static e => Setting + e.Key, static e => e.Value), recommended);
        Assert.Equal(100, provider.Dovecot.Letters(CatchAllProvider.UserName).Count);
        foreach (var (name, value) in recommended)
            settings[name] = value;
        await using var postroom = new PostroomCommand(settings);
        var ran = await postroom.RunAsync("run", "--until-idle");
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
        foreach (var desk in Office.Desks)
            Assert.Equal(StrangersLetter.Desks[desk].Order(), Delivered(postroom, desk).Order());
    }

    private static async Task<Dictionary<string, string>> RecommendedAsync(Dictionary<string, string> settings, string software)
    {
        await using var postroom = new PostroomCommand(settings);
        var ran = await postroom.RunAsync("doctor", "office", "--json");
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
        using var answer = JsonDocument.Parse(ran.Output);
        var root = answer.RootElement;
        Assert.Equal(software, root.GetProperty("providers")[0].GetProperty("name").GetString());
        var recommendation = root.GetProperty("recommendation");
        Assert.Equal("high", recommendation.GetProperty("confidence").GetString());
        Assert.Equal(100, recommendation.GetProperty("trial").GetProperty("named").GetInt32());
        return recommendation.GetProperty("settings").Deserialize<Dictionary<string, string>>()!;
    }

    private static IEnumerable<string> Delivered(PostroomCommand postroom, string desk) =>
        new Maildir(Path.Combine(postroom.Folder, "mail", desk)).Letters.Select(static letter =>
            Encoding.Latin1.GetString(letter).Split('\n').First(static l => l.StartsWith("Message-ID:", StringComparison.OrdinalIgnoreCase)).Split('<', '>')[1]);
}
