using System.Text.Json;
using Postroom.Settings;
using Postroom.Tests.Servers;
using Xunit;

namespace Postroom.Tests.Unit.Settings;

/// <summary><c>local.settings.sample.json</c>: what a newcomer copies.</summary>
public sealed class SampleSettingsTests
{
    private const string Placeholder = "write-the-password-here";

    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "local.settings.sample.json");

    private static readonly IReadOnlyDictionary<string, string> Sample = SettingsFile.Read(Path);

    // Every other setting is shown. These cannot be beside the rest, each for its reason.
    private static readonly Dictionary<string, string> LeftOut = new()
    {
        ["Accounts__{name}__CaFile"] = "The file would have to exist.",
        ["Accounts__{name}__Pin"] = "No certificate would fit an invented fingerprint.",
        ["Accounts__{name}__Multidrop__Prefix"] = "Qvirtual only, and the sample shows Header.",
        ["Targets__{name}__CaFile"] = "The file would have to exist.",
        ["Targets__{name}__Pin"] = "No certificate would fit an invented fingerprint.",
        ["Storage"] = "AzureWebJobsStorage says it for host and stages alike.",
        ["Storage__accountName"] = "Stands in place of Storage.",
        ["Storage__blobServiceUri"] = "Stands in place of Storage.",
        ["Storage__queueServiceUri"] = "Stands in place of Storage.",
        ["Storage__tableServiceUri"] = "Stands in place of Storage.",
        ["Storage__credential"] = "Stands in place of Storage.",
        ["Storage__clientId"] = "Stands in place of Storage.",
    };

    [Fact]
    public void It_is_accepted_as_it_stands()
    {
        var settings = SettingsReader.Read(Sample, new Dictionary<string, string>(), Repository.Root);

        Assert.True(settings.Storage.IsDevelopment);
        Assert.Equal(("collect", "inbound", "deliver"), (settings.CollectQueue, settings.InboundQueue, settings.DeliverQueue));
        Assert.Equal(["anna", "company"], settings.Accounts.Keys.Order());
        Assert.Equal("anna", settings.Accounts["anna"].Mailbox);
        Assert.Equal("Envelope-to", settings.Accounts["company"].Multidrop?.Header);
        Assert.Equal("office", settings.Directory.Postmaster);
    }

    [Fact]
    public void It_shows_every_setting_that_can_be_shown() => Assert.All(SettingsCatalogue.All, static definition =>
        Assert.True(Sample.Keys.Any(k => definition.Matches(k.Split("__"))) != LeftOut.ContainsKey(definition.Name),
            $"{definition.Name} must be either in the sample or in the list of what it leaves out."));

    [Fact]
    public void It_leaves_out_only_what_there_is() =>
        Assert.All(LeftOut.Keys, static name => Assert.Contains(SettingsCatalogue.All, d => d.Name == name));

    [Fact]
    public void It_holds_no_secret_and_points_at_nobody()
    {
        Assert.All(Of("__Password"), static v => Assert.Equal(Placeholder, v));
        Assert.All(Of("__Host").Concat(Of("__HostName")), static v => Assert.Matches(@"(^|\.)example\.(com|net|org)$", v));
        Assert.Equal(3, Of("__Password").Count());
    }

    // The Functions tools read flat texts only, and decrypt what they are not told is plain.
    [Fact]
    public void The_Functions_tools_can_read_it()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path));

        Assert.False(json.RootElement.GetProperty("IsEncrypted").GetBoolean());
        Assert.All(json.RootElement.GetProperty("Values").EnumerateObject(), static v => Assert.Equal(JsonValueKind.String, v.Value.ValueKind));
        Assert.Equal("dotnet-isolated", Sample["FUNCTIONS_WORKER_RUNTIME"]);
    }

    private static IEnumerable<string> Of(string end) =>
        Sample.Where(s => s.Key.EndsWith(end, StringComparison.Ordinal)).Select(static s => s.Value);
}
