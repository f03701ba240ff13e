using Postroom.Accounts;

namespace Postroom.Tests.Unit.Resolve;

/// <summary>One row of <c>tests/mail/cases.tsv</c>: a letter, an account, and who must get it.</summary>
public sealed record MailCase(string File, string Settings, IReadOnlyList<string> Recipients, string DecidedBy, string Remark)
{
    private static readonly string Folder = FindFolder();

    public static IReadOnlyList<MailCase> All { get; } =
    [
        .. System.IO.File.ReadLines(System.IO.Path.Combine(Folder, "cases.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t'))
            .Select(cells => new MailCase(cells[0], cells[1], cells[2].Length == 0 ? [] : cells[2].Split(" | "), cells[3], cells[4])),
    ];

    public static IEnumerable<string> Files => System.IO.Directory.EnumerateFiles(System.IO.Path.Combine(Folder, "cases")).Select(f => System.IO.Path.GetFileNameWithoutExtension(f)!);

    /// <summary>The letter's file.</summary>
    public string Path => System.IO.Path.Combine(Folder, "cases", File + ".eml");

    public byte[] Letter => System.IO.File.ReadAllBytes(Path);

    public Account Account
    {
        get
        {
            var settings = ReadSettings();
            string Take(string name, string otherwise) => settings.Remove(name, out var value) ? value : otherwise;
            var account = new Account
            {
                Name = "provider",
                Host = "pop.provider.example",
                Port = 995,
                UserName = "user",
                Password = "",
                Domains = Take("Domains", "example.com").Split(", "),
                Subdomains = bool.Parse(Take("Subdomains", "false")),
                Multidrop = new Multidrop
                {
                    Mode = Enum.Parse<MultidropMode>(Take("Multidrop__Mode", "")),
                    Header = Take("Multidrop__Header", ""),
                    Prefix = Take("Multidrop__Prefix", "") is { Length: > 0 } prefix ? prefix : null,
                    Hosts = Take("Multidrop__Hosts", "").Split(", ", StringSplitOptions.RemoveEmptyEntries),
                    Occurrence = Enum.Parse<Occurrence>(Take("Multidrop__Occurrence", "First")),
                    Skip = int.Parse(Take("Multidrop__Skip", "0"), System.Globalization.CultureInfo.InvariantCulture),
                    Fallback = Enum.Parse<Fallback>(Take("Multidrop__Fallback", "None")),
                },
            };
            return settings.Count == 0 ? account : throw new InvalidDataException($"{File}: unknown setting {settings.Keys.First()}.");
        }
    }

    /// <summary>The account's settings as written.</summary>
    public IReadOnlyDictionary<string, string> Written => ReadSettings();

    public override string ToString() => $"{File}: {Remark} [{Settings}]";

    private Dictionary<string, string> ReadSettings() =>
        Settings.Split("; ").Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1].Trim('"'));

    private static string FindFolder()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(folder, "tests", "mail", "cases.tsv")))
                return System.IO.Path.Combine(folder, "tests", "mail");
        }
        throw new FileNotFoundException("tests/mail/cases.tsv is not above the test's folder.");
    }
}
