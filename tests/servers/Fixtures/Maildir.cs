namespace Postroom.Tests.Servers;

/// <summary>One mailbox in a folder: <c>tmp</c>, <c>new</c> and <c>cur</c>.</summary>
internal sealed class Maildir(string folder)
{
    private const UnixFileMode Everybody = (UnixFileMode)0b_111_111_111;

    private static readonly string[] Read = ["new", "cur"];
    private static readonly string[] Parts = ["", "tmp", .. Read];

    private static int deposited;

    public string Folder => folder;

    /// <summary>The letters that lie there, in the order of their file names.</summary>
    public IReadOnlyList<byte[]> Letters =>
    [
        .. Read.Select(part => Path.Combine(folder, part)).Where(System.IO.Directory.Exists)
            .SelectMany(System.IO.Directory.EnumerateFiles).OrderBy(Path.GetFileName, StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];

    public Maildir Create()
    {
        foreach (var part in Parts)
            Open(System.IO.Directory.CreateDirectory(Path.Combine(folder, part)).FullName);
        return this;
    }

    /// <summary>Drops a letter as it is. Servers number letters in the order they were dropped.</summary>
    public void Deposit(ReadOnlySpan<byte> letter)
    {
        var number = Interlocked.Increment(ref deposited);
        var name = $"{1_700_000_000 + number}.N{number}P{Environment.ProcessId}.example.com";
        var unfinished = Path.Combine(folder, "tmp", name);
        File.WriteAllBytes(unfinished, letter);
        // A server under another user may read it; whether it may remove it, the folder says.
        File.SetUnixFileMode(unfinished, (UnixFileMode)0b_110_100_100);
        File.Move(unfinished, Path.Combine(folder, "new", name));
    }

    /// <summary>Lets a server that runs under another user do as it likes here.</summary>
    public static void Open(string folder) => File.SetUnixFileMode(folder, Everybody);

    /// <summary>The same for everything below, files included.</summary>
    public static void OpenAll(string folder)
    {
        Open(folder);
        foreach (var below in System.IO.Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
            Open(below);
    }
}
