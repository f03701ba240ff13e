namespace Postroom.Settings;

/// <summary>The settings cannot be used. Nothing has started.</summary>
public sealed class SettingsException : Exception
{
    /// <summary>Settings with these problems: the reader's, or those of a host that asks for more.</summary>
    /// <param name="problems">One sentence for each, beginning with the setting's name and a colon.</param>
    public SettingsException(IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, [$"{Counted(problems.Count)} in the settings; nothing was started.", .. problems.Select(static p => "  - " + p)])) =>
        Problems = problems;

    /// <summary>Every problem, each naming its setting and the remedy.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Counted(int problems) => problems == 1 ? "1 problem" : $"{problems} problems";
}
