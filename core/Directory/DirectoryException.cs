namespace Postroom.Directory;

/// <summary>Settings and directory table contradict each other or themselves.</summary>
/// <param name="problems">Each a sentence that names the place and the remedy.</param>
public sealed class DirectoryException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>Each a sentence that names the place and the remedy.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
