using System.Globalization;

namespace Postroom.Settings;

/// <summary>Settings with a common beginning, read one by one; what is wrong is noted, not thrown, so that all problems show at once.</summary>
internal sealed class SettingSection(string prefix, IReadOnlyDictionary<string, string> values, List<string> problems)
{
    public string Name(string setting) => prefix + setting;

    public void Problem(string setting, string sentence) => problems.Add($"{Name(setting)}: {sentence}");

    public bool Has(string setting) => Text(setting) is not null;

    /// <summary>Text without blanks around it; null if absent or empty.</summary>
    public string? Text(string setting) =>
        values.TryGetValue(Name(setting), out var value) && value.Trim() is { Length: > 0 } text ? text : null;

    public string Required(string setting, string remedy)
    {
        if (Text(setting) is { } text)
            return text;
        Problem(setting, "is missing. " + remedy);
        return "";
    }

    /// <summary>A password as written, blanks included.</summary>
    public string RequiredSecret(string setting, string remedy)
    {
        if (!values.TryGetValue(Name(setting), out var value) || value.Length == 0)
            Problem(setting, "is missing. " + remedy);
        // Azure puts the secret in its place; where it cannot, or nobody is Azure, the reference itself would go to the server.
        else if (value.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase))
            Problem(setting, "is a Key Vault reference that nobody has resolved. In Azure let the app's identity read the secret; on this machine write the secret itself.");
        return value ?? "";
    }

    /// <summary>Text as written, for the one setting whose blanks count.</summary>
    public string Raw(string setting) => values[Name(setting)];

    public IReadOnlyList<string> List(string setting) =>
        Text(setting)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public long Number(string setting, long otherwise, long least, long most, string unit = "")
    {
        if (Text(setting) is not { } text)
            return otherwise;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Problem(setting, string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is not possible. Write a whole number from {least} to {most}{unit}."));
        return otherwise;
    }

    public bool YesNo(string setting, bool otherwise)
    {
        if (Text(setting) is not { } text)
            return otherwise;
        if (bool.TryParse(text, out var yes))
            return yes;
        Problem(setting, $"\"{text}\" is not possible. Write true or false.");
        return otherwise;
    }

    public T Choice<T>(string setting, T otherwise) where T : struct, Enum
    {
        if (Text(setting) is not { } text)
            return otherwise;
        if (char.IsAsciiLetter(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice))
            return choice;
        Problem(setting, $"\"{text}\" is not possible. Write one of {string.Join(", ", Enum.GetNames<T>())}.");
        return otherwise;
    }

    public TimeSpan Time(string setting, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Text(setting) is not { } text)
            return otherwise;
        if (TryTime(text, out var time) && time >= least && time <= most)
            return time;
        Problem(setting, $"\"{text}\" is not possible. Write a time from {Words(least)} to {Words(most)}, as {otherwise:c} or with a unit, such as 90s, 5m, 2h or 1d.");
        return otherwise;
    }

    private static string Words(TimeSpan bound)
    {
        var (count, unit) = bound.TotalDays >= 1 ? (bound.TotalDays, 'd') : bound.TotalMinutes >= 1 ? (bound.TotalMinutes, 'm') : (bound.TotalSeconds, 's');
        return string.Create(CultureInfo.InvariantCulture, $"{count:0.##}{unit}");
    }

    public static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        var unit = char.ToLowerInvariant(text[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        var number = unit == 0 ? text : text[..^1];
        if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count is >= 0 and <= 1e9)
        {
            // A bare number is seconds: TimeSpan itself would read days.
            time = TimeSpan.FromSeconds(count * Math.Max(unit, 1));
            return true;
        }

        return unit == 0 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time);
    }
}
