using System.Globalization;
using Postroom.Accounts;

namespace Postroom.Doctor;

/// <summary>Writes a multidrop setting the way an administrator does.</summary>
internal static class SettingLines
{
    public static IReadOnlyList<SettingLine> Of(Account account, Multidrop setting)
    {
        List<SettingLine> lines = [Line("Mode", setting.Mode.ToString())];
        if (setting.Mode != MultidropMode.Received)
            lines.Add(Line("Header", setting.FieldName + ":"));
        if (setting.Prefix is { } prefix)
            lines.Add(Line("Prefix", prefix));
        if (setting.Hosts.Count > 0)
            lines.Add(Line("Hosts", string.Join(", ", setting.Hosts)));
        lines.Add(Line("Occurrence", setting.Occurrence.ToString()));
        if (setting.Skip > 0)
            lines.Add(Line("Skip", setting.Skip.ToString(CultureInfo.InvariantCulture)));
        return lines;

        SettingLine Line(string name, string value) => new($"Accounts__{account.Name}__Multidrop__{name}", value);
    }
}
