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

    /// <summary>Characters of the name that are not the administrator's own.</summary>
    internal int FixedLength => parts.Where(static p => !p.StartsWith('{')).Sum(static p => p.Length);

    /// <summary>Whether a written name begins and ends like this one and only lacks what is between, such as <c>Multidrop</c>.</summary>
    internal bool HasEndsOf(IReadOnlyList<string> written) =>
        written.Count is > 2 && written.Count < parts.Length
        && string.Equals(Root, written[0], StringComparison.OrdinalIgnoreCase)
        && string.Equals(parts[^1], written[^1], StringComparison.OrdinalIgnoreCase);

    /// <summary>First part of the name.</summary>
    internal string Root => parts[0];
}
