using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Postroom.Cli.Commands;
using Postroom.Directory;
using Postroom.Mail;
using Postroom.Tests.Unit.Resolve;
using Xunit;

namespace Postroom.Tests.Servers.Resolve;

/// <summary>
/// Every row of <c>tests/mail/cases.tsv</c> the whole way: one real POP3 account for each combination of settings, one
/// run of the command, and then each letter's desks by ledger and by file.
/// </summary>
public sealed class CasesThroughThePipelineTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>, IDisposable
{
    private const string CatchAll = "everybody";
    private readonly string mail = System.IO.Directory.CreateTempSubdirectory("postroom-cases-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => System.IO.Directory.Delete(mail, recursive: true);

    [Fact]
    public async Task Every_case_s_letter_lies_on_the_desks_of_its_recipients()
    {
        var accounts = Accounts();
        var (settings, directory) = Settings(accounts, provider.AddUser);
        foreach (var (name, cases) in accounts)
        {
            foreach (var row in cases)
                provider.Deposit(name, row.Letter);
        }

        await using var postroom = new PostroomCommand(settings);
        var ran = await postroom.RunAsync(TimeSpan.FromMinutes(4), "run", "--until-idle");
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);

        var rows = await RowsAsync();
        List<string> complaints = [];
        foreach (var (name, cases) in accounts)
        {
            foreach (var row in cases)
            {
                var expected = Desks(row, directory);
                var found = rows.Where(r => r.Account == name && r.Letter == Wire(row.Letter)).ToList();
                var desks = found.Select(static r => r.Mailbox).Order(StringComparer.Ordinal).ToList();
                if (!desks.SequenceEqual(expected))
                    complaints.Add($"{row}: belongs to {string.Join(", ", expected)} and lies on {string.Join(", ", desks)}.");
                if (found.Any(f => f.DecidedBy != row.DecidedBy))
                    complaints.Add($"{row}: decided by {found[0].DecidedBy}, not {row.DecidedBy}.");
            }
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    [Fact]
    public async Task Explain_names_every_case_s_recipients_and_desks_as_json()
    {
        var accounts = Accounts();
        var (settings, directory) = Settings(accounts, static _ => "nobody logs in");
        var file = Path.Combine(mail, "settings.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { Values = settings }), Stop);
        List<string> complaints = [];
        foreach (var (name, cases) in accounts)
        {
            foreach (var row in cases)
            {
                var output = new StringWriter();
                var code = await Root.Create().Parse(["explain", row.Path, "--account", name, "--json", "--settings", file])
                    .InvokeAsync(new() { Output = output }, Stop);
                using var answer = JsonDocument.Parse(output.ToString());
                var (recipients, mailboxes) = (Texts(answer, "recipients"), Texts(answer, "mailboxes").Order(StringComparer.Ordinal));
                if (code != 0 || !recipients.SequenceEqual(row.Recipients) || !mailboxes.SequenceEqual(Desks(row, directory))
                    || answer.RootElement.GetProperty("decidedBy").GetString() != row.DecidedBy)
                    complaints.Add($"{row}: {output}");
            }
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));

        static List<string> Texts(JsonDocument answer, string name) =>
            [.. answer.RootElement.GetProperty(name).EnumerateArray().Select(static t => t.GetString()!)];
    }

    // One account for each combination of settings. Received without Hosts is refused at start: such a row stands for
    // the reader's own behaviour only.
    private static List<(string Name, List<MailCase> Cases)> Accounts() =>
    [
        .. MailCase.All.Where(static c => !c.Settings.Contains("=Received", StringComparison.Ordinal) || c.Written.ContainsKey("Multidrop__Hosts"))
            .GroupBy(static c => c.Settings).Select(static (g, i) => ($"case{i}", g.ToList())),
    ];

    private (Dictionary<string, string> Settings, RecipientDirectory Directory) Settings(List<(string Name, List<MailCase> Cases)> accounts, Func<string, string> password)
    {
        var domains = MailCase.All.SelectMany(static c => c.Account.Domains).Concat(Addresses().Select(static a => a.Domain)).Distinct().ToList();
        var settings = new Dictionary<string, string>
        {
            ["Storage"] = storage.ConnectionString,
            ["Domains"] = string.Join(", ", domains),
            ["Postmaster"] = "postmaster",
            ["Mailboxes__postmaster__Addresses"] = "postmaster@" + domains[0],
            [$"Mailboxes__{CatchAll}__Addresses"] = string.Join(", ", domains.Select(static d => "*@" + d)),
            ["Targets__default__Path"] = mail,
            ["QueueLease"] = "3s",
        };
        // A desk for every address that settings can hold; the others are everybody's.
        List<MailboxEntry> desks = [new("postmaster", ["postmaster@" + domains[0]], []), new(CatchAll, [.. domains.Select(static d => "*@" + d)], [])];
        var directory = Build(desks, domains);
        foreach (var address in Addresses())
        {
            var desk = new MailboxEntry($"desk{desks.Count}", [address.ToString()], []);
            if (address.ToString().Contains(',', StringComparison.Ordinal) || directory.Find(address).Match != DirectoryMatch.CatchAll || Build([.. desks, desk], domains) is not { } wider)
                continue;
            (directory, desks) = (wider, [.. desks, desk]);
            settings[$"Mailboxes__{desk.Name}__Addresses"] = desk.Addresses[0];
        }

        foreach (var (name, cases) in accounts)
        {
            settings[$"Accounts__{name}__Host"] = provider.Host;
            settings[$"Accounts__{name}__Port"] = provider.Pop3sPort.ToString(CultureInfo.InvariantCulture);
            settings[$"Accounts__{name}__UserName"] = name;
            settings[$"Accounts__{name}__Password"] = password(name);
            settings[$"Accounts__{name}__CaFile"] = provider.CaFile;
            settings[$"Accounts__{name}__Domains"] = string.Join(", ", cases[0].Account.Domains);
            foreach (var (setting, value) in cases[0].Written)
                settings[$"Accounts__{name}__{setting}"] = value;
        }

        return (settings, directory);

        static RecipientDirectory Build(List<MailboxEntry> desks, List<string> domains) =>
            RecipientDirectory.TryBuild(new(domains, desks, [], "postmaster", new Dictionary<string, string>(), UnknownRecipient.Postmaster), out var directory, out _) ? directory : null!;
    }

    private static IEnumerable<EmailAddress> Addresses() =>
        MailCase.All.SelectMany(static c => c.Recipients).Distinct()
            .Select(static r => EmailAddress.TryParse(r, out var address) ? address : throw new InvalidDataException(r));

    private static List<string> Desks(MailCase row, RecipientDirectory directory)
    {
        var desks = row.Recipients.SelectMany(r => EmailAddress.TryParse(r, out var address) ? directory.Find(address).Mailboxes : []);
        return row.Recipients.Count == 0 ? ["postmaster"] : [.. desks.Distinct().Order(StringComparer.Ordinal)];
    }

    private async Task<List<(string Account, string Mailbox, string DecidedBy, string Letter)>> RowsAsync()
    {
        List<(string, string, string, string)> rows = [];
        await foreach (var row in storage.Tables.GetTableClient("ledger").QueryAsync<TableEntity>("Letter ne ''", cancellationToken: Stop))
        {
            var blob = (await storage.Blobs.GetBlobContainerClient("letters").GetBlobClient(row.GetString("Blob")).DownloadContentAsync(Stop)).Value.Content.ToArray();
            if (row.GetString("State") == "Delivered")
                Assert.True((await File.ReadAllBytesAsync(row.GetString("Answer"), Stop)).AsSpan().EndsWith(blob), row.GetString("Answer"));
            rows.Add((row.GetString("Account"), row.GetString("Mailbox"), row.GetString("DecidedBy"), Wire(blob)));
        }

        return rows;
    }

    // Dovecot sends every line end as CR LF and no NUL.
    private static string Wire(byte[] letter) =>
        Encoding.Latin1.GetString(letter).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\0", "\u0080", StringComparison.Ordinal).TrimEnd('\n');
}
