using Postroom.Settings;
using Xunit;

namespace Postroom.Tests.Unit.Settings;

/// <summary>Settings as an administrator wrote them: the least that is good, with a test's own on top.</summary>
internal static class Written
{
    public static Dictionary<string, string> Least => new()
    {
        ["Domains"] = "example.com",
        ["Mailboxes__anna__Addresses"] = "anna@example.com",
        ["Postmaster"] = "anna",
        ["Accounts__office__Host"] = "pop.example.com",
        ["Accounts__office__UserName"] = "office@example.com",
        ["Accounts__office__Password"] = "Blank at the end ",
        ["Accounts__office__Mailbox"] = "anna",
    };

    /// <summary>The least with other settings; one that is null is left out.</summary>
    public static Dictionary<string, string> With(params (string Name, string? Value)[] others)
    {
        var all = Least;
        foreach (var (name, value) in others)
        {
            if (value is null)
                all.Remove(name);
            else
                all[name] = value;
        }

        return all;
    }

    public static PostroomSettings Read(Dictionary<string, string> file, Dictionary<string, string>? environment = null) =>
        SettingsReader.Read(file, environment ?? [], Path.GetTempPath());

    /// <summary>What the reader finds wrong.</summary>
    public static IReadOnlyList<string> Problems(params (string Name, string? Value)[] others) =>
        Assert.Throws<SettingsException>(() => Read(With(others))).Problems;
}
