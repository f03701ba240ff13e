using System.Text;
using Postroom.Settings;
using Xunit;

namespace Postroom.Tests.Unit.Settings;

public sealed class SettingsFileTests
{
    [Theory]
    [InlineData("""{ "IsEncrypted": false, "Values": { "Domains": "example.com", "RetainDays": 3 } }""")]
    [InlineData("""{ "Domains": "example.com", "RetainDays": "3" }""")]
    [InlineData("""{ /* ours */ "Domains": "example.com", "RetainDays": "3", }""")]
    [InlineData("\uFEFF{ \"Domains\": \"example.com\", \"RetainDays\": \"3\" }")]
    public void Names_and_values_are_read(string json) =>
        Assert.Equal([KeyValuePair.Create("Domains", "example.com"), KeyValuePair.Create("RetainDays", "3")], Read(json));

    [Fact]
    public void Colons_in_names_are_as_good_as_underscores() =>
        Assert.Equal("pop.example.com", Read("""{ "Accounts:office:Host": "pop.example.com" }""")["accounts__office__host"]);

    [Theory]
    [InlineData("""{ "Domains": """, "is not JSON (line 1)")]
    [InlineData("[]", "no settings in it")]
    [InlineData("""{ "Accounts": { "office": {} } }""", "Accounts: is nested in")]
    [InlineData("""{ "Domains": "a", "domains": "b" }""", "domains: stands twice in")]
    public void What_is_no_settings_file_is_refused(string json, string words) =>
        Assert.Contains(words, Assert.Single(Assert.Throws<SettingsException>(() => Read(json)).Problems), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_is_told_with_the_remedy() =>
        Assert.Contains("there is no such file. Copy local.settings.sample.json there, or name another with --settings FILE.",
            Assert.Throws<SettingsException>(() => SettingsFile.Read(Path.Combine(Path.GetTempPath(), "no-such-settings.json"))).Message, StringComparison.Ordinal);

    private static IReadOnlyDictionary<string, string> Read(string json)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, json, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            return SettingsFile.Read(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
