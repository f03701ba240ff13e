using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Postroom.Tests.Unit.Architecture;

/// <summary>A source file of core, and which rooms it speaks of.</summary>
internal sealed partial record SourceFile(string Room, string Name, string Code)
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Core { get; } =
        [.. System.IO.Directory.EnumerateFiles(Path.Combine(Root, "core"), "*.cs", SearchOption.AllDirectories)
            .Select(static f => Path.GetRelativePath(Path.Combine(Root, "core"), f))
            .Where(static f => f.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Select(static f => new SourceFile(f.Split(Path.DirectorySeparatorChar)[0], f, WithoutComments(File.ReadAllText(Path.Combine(Root, "core", f)))))];

    public static IReadOnlySet<string> Rooms { get; } = Core.Select(static f => f.Room).ToHashSet();

    /// <summary>Rooms whose names it uses: by <c>using</c>, by full name, or, since all are in one namespace, by <c>Hold.HeldShelf</c>.</summary>
    public IReadOnlySet<string> Uses =>
        Usings().Matches(Code).Concat(Qualified().Matches(Code))
            .Select(static m => m.Groups[1].Value)
            .Where(r => r != Room && Rooms.Contains(r))
            .ToHashSet();

    /// <summary>Types it declares.</summary>
    public IEnumerable<string> Types => Declarations().Matches(Code).Select(static m => m.Groups[1].Value);

    /// <summary>Whether a word stands in its code outside texts.</summary>
    public bool Mentions(string word) => Regex.IsMatch(Text().Replace(Code, ""), $@"\b{word}\b");

    public override string ToString() => Name;

    // Comments may speak of anybody; texts of ours hold no // and no room's name with a dot behind it.
    private static string WithoutComments(string code) => Comment().Replace(code, "");

    private static string FindRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex("""
        "(?:[^"\\\n]|\\.)*"
        """)]
    private static partial Regex Text();

    [GeneratedRegex(@"using\s+(?:static\s+)?(?:\w+\s*=\s*)?Postroom\.(\w+)")]
    private static partial Regex Usings();

    [GeneratedRegex(@"(?<![\w.])(?:Postroom\.)?([A-Z]\w+)\.[A-Z]")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)")]
    private static partial Regex Declarations();
}
