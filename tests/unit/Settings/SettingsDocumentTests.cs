using System.Text.RegularExpressions;
using Postroom.Settings;
using Postroom.Tests.Unit.Architecture;
using Xunit;

namespace Postroom.Tests.Unit.Settings;

/// <summary>The documents say what the code does.</summary>
public sealed partial class SettingsDocumentTests
{
    // The door and the dashboard, which are not built yet. Whoever reads one of these in core removes it here.
    private static readonly string[] NotReadInCore =
    [
        "Smtp__Enabled", "Smtp__HostName", "Smtp__Address", "Smtp__Port", "Dashboard__Address", "Dashboard__Port",
    ];

    private static string Document(string name) => File.ReadAllText(Path.Combine(SourceFile.Root, name));

    [Fact]
    public void The_document_lists_every_setting_of_the_catalogue_word_for_word_and_no_other()
    {
        var written = Document("docs/settings.md").Split('\n')
            .Where(static l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(static l => l.Trim().Trim('|').Split(" | ").Select(static c => c.Trim()).ToArray());
        var present = SettingsCatalogue.All.Select(static d => new[] { $"`{d.Name}`", d.Default, d.Form, d.Meaning });
        Assert.Equal(present, written);
    }

    [Fact]
    public void Every_setting_of_the_catalogue_is_there_once() =>
        Assert.Equal(SettingsCatalogue.All.Count, SettingsCatalogue.All.Select(static d => d.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Every_name_the_reader_asks_for_is_in_the_catalogue() =>
        Assert.Empty(Asked().Except(SettingsCatalogue.All.Select(static d => d.Name)));

    [Fact]
    public void Every_setting_of_the_catalogue_is_read_or_known_not_to_be()
    {
        // Read by their beginning, since what follows is a domain; by way of the list of storage roots; as an account's are.
        string[] otherwise = ["Postmasters__{domain}", "Storage", "Targets__{name}__CaFile", "Targets__{name}__Pin"];
        Assert.Equal(NotReadInCore, SettingsCatalogue.All.Select(static d => d.Name).Except(Asked()).Except(otherwise));
    }

    [Fact]
    public void The_settings_file_of_the_README_passes()
    {
        var json = Json().Match(Document("README.md")).Groups[1].Value;
        var folder = System.IO.Directory.CreateTempSubdirectory("postroom-readme-");
        try
        {
            var file = Path.Combine(folder.FullName, "my.settings.json");
            File.WriteAllText(file, json);
            var settings = SettingsReader.Read(SettingsFile.Read(file), new Dictionary<string, string>(), folder.FullName);
            Assert.NotEmpty(settings.Accounts);
            Assert.True(settings.Storage.IsDevelopment);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Every name that the source gives to a section, with what the section begins with.</summary>
    private static HashSet<string> Asked()
    {
        var reader = SourceFile.Core.Where(static f => f.Room == "Settings" && !f.Name.EndsWith("SettingsCatalogue.cs", StringComparison.Ordinal)).ToList();
        // A name that is no literal comes from a parameter, and that from a literal which is found below; or from the storage roots.
        Assert.Empty(reader.SelectMany(static f => Hidden().Matches(f.Code)).Select(static m => m.Groups[1].Value).Except(["setting", "root"]));
        return [.. reader.SelectMany(Names)];
    }

    private static IEnumerable<string> Names(SourceFile file)
    {
        // These are handed their sections. AccountSettings: first that of a multidrop, from CaFile on that of the account.
        var beginning = Path.GetFileName(file.Name) switch
        {
            "TargetSettings.cs" => "Targets__{name}__",
            "RetrySettings.cs" => "Retry__",
            _ => "Accounts__{name}__Multidrop__",
        };
        foreach (Match place in Places().Matches(file.Code))
        {
            if (place.Groups["room"] is { Success: true } room)
                beginning = room.Value + "__{name}__";
            else if (place.Groups["storage"].Success)
                beginning = "Storage__";
            else if (place.Groups["account"].Success)
                beginning = "Accounts__{name}__";
            else
                yield return (place.Groups["section"].Value == "top" ? "" : beginning) + place.Groups["name"].Value;
        }
    }

    [GeneratedRegex("""\b(?:section|top)\.(?:Text|Required|RequiredSecret|Raw|List|Number|YesNo|Choice|Time|Has|Problem)\(\s*(?!")(\w+)""")]
    private static partial Regex Hidden();

    [GeneratedRegex("""
        Section\("(?<room>\w+)",\ name\)|(?<storage>new\ SettingSection\(root)|(?<account>string\?\ CaFile\()
        |\b(?<section>section|top)\.(?:Text|Required|RequiredSecret|Raw|List|Number|YesNo|Choice|Time|Has)\("(?<name>\w+)"
        |\b(?:Domains|QueueName|Service|Schedule)\((?<section>section|top),\ "(?<name>\w+)"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Places();

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Json();
}
