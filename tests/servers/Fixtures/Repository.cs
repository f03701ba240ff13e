namespace Postroom.Tests.Servers;

/// <summary>Where the tests stand: the repository they were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds <c>Postroom.slnx</c>.</summary>
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    /// <summary>What another project's build left, in the configuration these tests were built in.</summary>
    public static string Built(string project, string file) =>
        Path.Combine(Root, "artifacts", "bin", project, Configuration, file);

    // artifacts/bin/{project}/{configuration}/
    private static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static string Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Postroom.slnx")))
                return at.FullName;
        throw new DirectoryNotFoundException($"No folder above {folder} holds Postroom.slnx.");
    }
}
