namespace Postroom.Settings;

/// <summary>One setting an administrator may write, as <c>docs/settings.md</c> lists it.</summary>
/// <param name="Name">Name with <c>__</c> between its parts; <c>{name}</c> stands for a name of the administrator's choice.</param>
/// <param name="Default">What holds when it is not written; <c>required</c> when something must be.</param>
/// <param name="Form">What to write: unit, allowed values.</param>
/// <param name="Meaning">One sentence.</param>
public sealed record SettingDefinition(string Name, string Default, string Form, string Meaning)
{
    private readonly string[] parts = Name.Split("__");

    /// <summary>Whether a written name is this setting.</summary>
    public bool Matches(IReadOnlyList<string> written) =>
        written.Count == parts.Length
        && parts.Zip(written).All(static p => p.First.StartsWith('{') || string.Equals(p.First, p.Second, StringComparison.OrdinalIgnoreCase));

    /// <summary>The definition's name with the administrator's own names put in.</summary>
    internal string Named(IReadOnlyList<string> written) =>
        string.Join("__", parts.Select((p, i) => p.StartsWith('{') && i < written.Count ? written[i] : p));

    /// <summary>First part of the name.</summary>
    internal string Root => parts[0];
}
