using System.Globalization;
using System.Text;

namespace Postroom.Tests.Servers.Pipeline;

/// <summary>
/// A small company with three accounts at one provider: two of single persons and one that holds the rest of the
/// domain. Knows which letter has to lie on which desk.
/// </summary>
internal sealed class SampleOffice : IDisposable
{
    private static readonly string[] Desks = ["anna", "ben", "clara", "dora", "postmaster"];
    private readonly Dovecot provider;
    private readonly string users;
    private readonly Dictionary<string, string> expected = [];
    private int numbers;

    /// <param name="provider">The server with the accounts.</param>
    /// <param name="storage">Setting <c>Storage</c>.</param>
    /// <param name="name">Begins the names of the accounts, so that tests can share a server.</param>
    public SampleOffice(Dovecot provider, string storage, string name)
    {
        (this.provider, users) = (provider, name);
        Settings = new()
        {
            ["Storage"] = storage,
            ["Domains"] = "example.com",
            ["Mailboxes__anna__Addresses"] = "anna@example.com",
            ["Mailboxes__ben__Addresses"] = "ben@example.com",
            ["Mailboxes__clara__Addresses"] = "clara@example.com, c.clausen@example.com",
            ["Mailboxes__dora__Addresses"] = "dora@example.com",
            ["Mailboxes__postmaster__Addresses"] = "postmaster@example.com",
            ["Postmaster"] = "postmaster",
            ["Targets__default__Kind"] = "Maildir",
            ["Targets__default__Path"] = Mail,
            ["Accounts__anna__Mailbox"] = "anna",
            ["Accounts__ben__Mailbox"] = "ben",
            ["Accounts__office__Multidrop__Mode"] = "Header",
            ["Accounts__office__Multidrop__Header"] = "Envelope-to:",
            // After a kill the next run waits this long for what the dead one had in work.
            ["QueueLease"] = "3s",
        };
        foreach (var account in new[] { "anna", "ben", "office" })
        {
            Settings[$"Accounts__{account}__Host"] = provider.Host;
            Settings[$"Accounts__{account}__Port"] = provider.Pop3sPort.ToString(CultureInfo.InvariantCulture);
            Settings[$"Accounts__{account}__UserName"] = User(account);
            Settings[$"Accounts__{account}__Password"] = provider.AddUser(User(account));
            Settings[$"Accounts__{account}__Security"] = "Tls";
            Settings[$"Accounts__{account}__CaFile"] = provider.CaFile;
        }
    }

    public Dictionary<string, string> Settings { get; }

    /// <summary>Where the Maildirs are.</summary>
    public string Mail { get; } = System.IO.Directory.CreateTempSubdirectory("postroom-mail-").FullName;

    /// <summary>Letters deposited so far.</summary>
    public int Count => expected.Count;

    /// <summary>Letters on all desks.</summary>
    public int Delivered => Files().Count();

    /// <summary>Letters still at the provider.</summary>
    public int Waiting => new[] { "anna", "ben", "office" }.Sum(a => Letters(Path.Combine(provider.Maildirs, User(a))).Count());

    /// <summary>Puts letters into a single person's account.</summary>
    public void DepositFor(string account, int count)
    {
        for (var i = 0; i < count; i++)
            Deposit(account, account, "");
    }

    /// <summary>Puts letters for all desks in turn into the domain's account; every tenth names nobody we know.</summary>
    public void DepositForAll(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var desk = i % 10 == 9 ? "postmaster" : Desks[i % 4];
            Deposit("office", desk, $"Envelope-to: {(i % 10 == 9 ? $"nobody{i}" : desk)}@example.com\r\n");
        }
    }

    /// <summary>
    /// What is wrong on the desks: lost, doubled, changed or misplaced letters, each in a sentence; empty if every letter
    /// lies once, byte for byte, where it belongs.
    /// </summary>
    /// <param name="mayBeTwice">Desks whose target cannot be asked whether it has a letter.</param>
    public List<string> Complaints(params string[] mayBeTwice)
    {
        var found = Files().Select(static file =>
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            // The deposited letter begins at the provider's first line.
            return (Desk: Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!, Letter: text[text.IndexOf("X-Sample:", StringComparison.Ordinal)..]);
        }).ToList();
        List<string> complaints = [];
        foreach (var (letter, desk) in expected)
        {
            var places = found.Where(f => f.Letter == letter).Select(static f => f.Desk).ToList();
            if (places.Count == 0 || places.Any(p => p != desk) || (places.Count > 1 && !mayBeTwice.Contains(desk)))
                complaints.Add($"{letter.Split('\r')[0]} belongs to {desk} and lies on: {string.Join(", ", places)}.");
        }

        complaints.AddRange(found.Where(f => !expected.ContainsKey(f.Letter)).Select(static f => $"{f.Desk} has a letter nobody sent so: {f.Letter.Split('\r')[0]}"));
        if (Waiting > 0)
            complaints.Add($"{Waiting} letters are still at the provider.");
        return complaints;
    }

    public void Dispose() => System.IO.Directory.Delete(Mail, recursive: true);

    private IEnumerable<string> Files() => Letters(Mail);

    private static IEnumerable<string> Letters(string folder) =>
        System.IO.Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(static f => Path.GetFileName(Path.GetDirectoryName(f)) is "new" or "cur");

    private void Deposit(string account, string desk, string envelope)
    {
        var number = ++numbers;
        // Different lengths, long lines, dots and 8-bit bytes: what must come through as it is.
        var body = string.Concat(Enumerable.Repeat($"Zeile {number} \u00e4\u00f6\u00fc\r\n.\r\n..dots\r\n", number % 7)) + new string('x', number * 37 % 5000);
        var letter = $"X-Sample: {users}-{account}-{number}\r\n{envelope}Received: from mx.example.net by pop.example.org with ESMTP id {number};\r\n\tMon, 23 Nov 2026 08:00:00 +0000\r\n"
            + $"From: <sender@example.net>\r\nTo: undisclosed-recipients:;\r\nSubject: Letter {number}\r\nMessage-ID: <{users}-{number}@example.net>\r\n\r\n{body}\r\n";
        provider.Deposit(User(account), Encoding.Latin1.GetBytes(letter));
        expected[letter] = desk;
    }

    private string User(string account) => $"{users}-{account}";
}
