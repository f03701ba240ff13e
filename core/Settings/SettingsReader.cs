using Microsoft.Extensions.Configuration;
using Postroom.Accounts;
using Postroom.Deliver;
using Postroom.Directory;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Store;

namespace Postroom.Settings;

/// <summary>Turns written settings into <see cref="PostroomSettings"/>, or into one list of everything that is wrong with them.</summary>
public sealed class SettingsReader
{
    private readonly Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> judged = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> problems = [];
    private readonly List<string> forgiven = [];
    private readonly string folder;
    private string? unsettled;

    private SettingsReader(string folder) => this.folder = folder;

    /// <summary>Reads a settings file with the environment on top: what the environment says wins, as in Azure.</summary>
    /// <param name="file">Names and values of the file; each name must be known.</param>
    /// <param name="environment">The process's environment; only names that begin like ours are looked at.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <exception cref="SettingsException">Everything that is wrong.</exception>
    public static PostroomSettings Read(
        IReadOnlyDictionary<string, string> file, IReadOnlyDictionary<string, string> environment, string folder) =>
        Reader(file, environment, folder).Read();

    /// <summary>Reads likewise, but of one account it may be open how its recipients are found: that is what the doctor finds out.</summary>
    /// <param name="file">Names and values of the file; each name must be known.</param>
    /// <param name="environment">The process's environment; only names that begin like ours are looked at.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="account">The account. Where its <c>Mailbox</c> and <c>Multidrop</c> settings are missing or wrong, it has neither.</param>
    /// <param name="forgiven">What is missing or wrong with them.</param>
    /// <exception cref="SettingsException">Everything else that is wrong.</exception>
    public static PostroomSettings ReadUnsettled(
        IReadOnlyDictionary<string, string> file, IReadOnlyDictionary<string, string> environment, string folder, string account,
        out IReadOnlyList<string> forgiven)
    {
        var reader = Reader(file, environment, folder);
        reader.unsettled = account;
        var settings = reader.Read();
        forgiven = reader.forgiven;
        return settings;
    }

    private static SettingsReader Reader(
        IReadOnlyDictionary<string, string> file, IReadOnlyDictionary<string, string> environment, string folder)
    {
        var reader = new SettingsReader(folder);
        foreach (var (name, value) in file)
        {
            reader.values[name] = value;
            if (!SettingsCatalogue.IsForeign(name))
                reader.judged.Add(name);
        }

        reader.AddEnvironment(environment);
        return reader;
    }

    /// <summary>Reads app settings as the Functions host hands them over, among much that is not ours.</summary>
    /// <exception cref="SettingsException">Everything that is wrong.</exception>
    public static PostroomSettings Read(IConfiguration configuration, string folder)
    {
        var reader = new SettingsReader(folder);
        reader.AddEnvironment(configuration.AsEnumerable()
            .Where(static s => s.Value is not null)
            .ToDictionary(static s => s.Key.Replace(":", "__", StringComparison.Ordinal), static s => s.Value!, StringComparer.OrdinalIgnoreCase));
        return reader.Read();
    }

    private void AddEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            var parts = name.Split("__");
            var ours = SettingsCatalogue.HasOurRoot(parts);
            if (ours)
                judged.Add(name);
            if (ours || SettingsCatalogue.IsForeign(name) || SettingsCatalogue.All.Any(d => d.Matches(parts)))
                values[name] = value;
        }
    }

    private PostroomSettings Read()
    {
        RefuseUnknownNames();
        var top = new SettingSection("", values, problems);
        var domains = Domains(top, "Domains");
        var targets = Targets();
        var mailboxes = Names("Mailboxes").Select(name => Mailbox(name, targets)).ToList();
        var known = mailboxes.Select(static m => m.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var accounts = Names("Accounts").Select(name => Account(name, domains, known)).ToDictionary(static a => a.Name, StringComparer.OrdinalIgnoreCase);
        var directory = new DirectoryEntries(domains, mailboxes,
            [.. Names("Groups").Select(name => Group(name))],
            top.Required("Postmaster", known.Count == 0
                ? "Write the name of the mailbox that gets what nobody else gets, and define it with Mailboxes__{name}__Addresses."
                : $"Write the name of the mailbox that gets what nobody else gets, one of: {string.Join(", ", known)}."),
            values.Where(static v => v.Key.StartsWith("Postmasters__", StringComparison.OrdinalIgnoreCase))
                .ToDictionary(static v => v.Key["Postmasters__".Length..], static v => v.Value.Trim(), StringComparer.OrdinalIgnoreCase),
            top.Choice("UnknownRecipient", UnknownRecipient.Postmaster))
        {
            UndeterminedRecipient = top.Has("UndeterminedRecipient") ? top.Choice("UndeterminedRecipient", UnknownRecipient.Postmaster) : null,
        };
        if (accounts.Values.Any(static a => a.Subdomains))
            directory = directory with { Domains = [.. domains, .. Subdomains(directory)] };
        // A missing postmaster is told already; what else the directory finds must not wait for it.
        problems.AddRange(RecipientDirectory.Problems(directory)
            .Where(p => directory.Postmaster.Length > 0 || !p.StartsWith("Postmaster:", StringComparison.Ordinal)));
        var settings = new PostroomSettings
        {
            Accounts = accounts,
            Directory = directory,
            Targets = targets,
            Storage = StorageOf(top),
            CollectQueue = QueueName(top, "COLLECT_QUEUE", "collect"),
            InboundQueue = QueueName(top, "INBOUND_QUEUE", "inbound"),
            DeliverQueue = QueueName(top, "DELIVER_QUEUE", "deliver"),
            PollSchedule = Schedule(top, "POLL_SCHEDULE", "0 * * * * *"),
            SessionsPerHost = (int)top.Number("SessionsPerHost", 8, 1, 100, " sessions"),
            Retry = RetrySettings.Read(new("Retry__", values, problems)),
            RetainDays = (int)top.Number("RetainDays", 7, 0, 3650, " days"),
            QueueLease = top.Time("QueueLease", TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10)),
        };
        // Only the Functions host reads it.
        _ = Schedule(top, "SWEEP_SCHEDULE", "0 17 3 * * *");
        string[] queues = [settings.CollectQueue, settings.InboundQueue, settings.DeliverQueue];
        if (queues.Distinct().Count() < queues.Length)
            problems.Add("COLLECT_QUEUE, INBOUND_QUEUE, DELIVER_QUEUE: two of them have the same name. Write three different ones.");
        else if (queues.Any(q => queues.Contains(q + WorkQueues.PoisonSuffix)))
            problems.Add($"COLLECT_QUEUE, INBOUND_QUEUE, DELIVER_QUEUE: one is another's name with {WorkQueues.PoisonSuffix} behind it, where that queue's failed messages go. Write another name.");
        return problems.Count == 0 ? settings : throw new SettingsException([.. problems.Distinct()]);
    }

    private void RefuseUnknownNames()
    {
        foreach (var name in judged.Order(StringComparer.OrdinalIgnoreCase))
        {
            var parts = name.Split("__");
            if (!SettingsCatalogue.All.Any(d => d.Matches(parts)))
            {
                var hint = SettingsCatalogue.Nearest(parts) is { } nearest ? $"Did you mean {nearest}?" : "docs/settings.md lists all names.";
                problems.Add($"{name}: there is no such setting. {hint}");
            }
            else if (parts.Length > 2 && !MailboxName.IsValid(parts[1]))
            {
                problems.Add($"{name}: \"{parts[1]}\" cannot be a name, {MailboxName.Rule}.");
            }
        }
    }

    private IEnumerable<string> Names(string root) =>
        values.Keys
            .Select(static k => k.Split("__"))
            .Where(p => p.Length > 2 && string.Equals(p[0], root, StringComparison.OrdinalIgnoreCase) && MailboxName.IsValid(p[1]))
            .Select(static p => p[1])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.OrdinalIgnoreCase);

    private SettingSection Section(string root, string name) => new($"{root}__{name}__", values, problems);

    private static List<string> Domains(SettingSection section, string setting)
    {
        List<string> domains = [];
        foreach (var text in section.List(setting))
        {
            if (EmailAddress.TryParse("postmaster@" + text.TrimStart('@'), out var address) && !address.Domain.StartsWith('['))
                domains.Add(address.Domain);
            else
                section.Problem(setting, $"\"{text}\" is not a domain. Write domains such as example.com, with commas between them.");
        }

        return domains;
    }

    // With Subdomains, an address of ours may stand below a domain of ours without that domain being listed.
    private static IEnumerable<string> Subdomains(DirectoryEntries directory) =>
        directory.Mailboxes.SelectMany(static m => m.Addresses).Concat(directory.Groups.SelectMany(static g => g.Addresses))
            .Select(static a => EmailAddress.TryParse(a.Replace("*@", "postmaster@", StringComparison.Ordinal), out var address) ? address : default)
            .Where(a => a.Domain is not null && !directory.Domains.Contains(a.Domain) && a.IsIn(directory.Domains, subdomains: true))
            .Select(static a => a.Domain)
            .Distinct();

    private Dictionary<string, Target> Targets() =>
        Names("Targets").Append("default").Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(name => TargetSettings.Read(Section("Targets", name), name, folder))
            .ToDictionary(static t => t.Name, StringComparer.OrdinalIgnoreCase);

    private MailboxEntry Mailbox(string name, Dictionary<string, Target> targets)
    {
        var section = Section("Mailboxes", name);
        var chosen = section.List("Target");
        foreach (var target in chosen.Where(t => !targets.ContainsKey(t)))
            section.Problem("Target", $"there is no target \"{target}\". Write one of {string.Join(", ", targets.Keys)}, or define Targets__{target}__Kind.");
        return new(name, section.List("Addresses"), chosen.Count == 0 ? ["default"] : chosen);
    }

    private GroupEntry Group(string name)
    {
        var section = Section("Groups", name);
        return new(name, section.List("Addresses"), section.List("Members"));
    }

    private Account Account(string name, List<string> domains, HashSet<string> mailboxes)
    {
        var section = Section("Accounts", name);
        var security = section.Choice("Security", Security.Auto);
        var own = Domains(section, "Domains");
        var isOpen = string.Equals(name, unsettled, StringComparison.OrdinalIgnoreCase);
        var (mailbox, multidrop) = Recipients(name, mailboxes, isOpen ? forgiven : problems);
        if (isOpen && forgiven.Count > 0)
            (mailbox, multidrop) = (null, null);
        if ((isOpen || multidrop is not null) && own.Count == 0 && domains.Count == 0)
            section.Problem("Domains", "is missing, and so is Domains. Write the domains whose mail this account holds.");
        if (multidrop is not null && domains.Count > 0 && own.Except(domains).ToList() is { Count: > 0 } strange)
            section.Problem("Domains", $"{string.Join(", ", strange)} is not in Domains, so nobody could have an address there. Add it there.");
        return new()
        {
            Name = name,
            Host = section.Required("Host", "Write the provider's POP3 server, such as pop.example.com."),
            Port = (int)section.Number("Port", security is Security.StartTls or Security.None ? 110 : 995, 1, 65535),
            UserName = section.Required("UserName", "Write the log-in name at the provider, often the whole address."),
            Password = section.RequiredSecret("Password", "Write the log-in password, or a Key Vault reference to it."),
            Security = security,
            Mailbox = mailbox,
            Multidrop = multidrop,
            Domains = own.Count > 0 ? own : domains,
            Subdomains = section.YesNo("Subdomains", false),
            DeleteAfterDays = (int)section.Number("DeleteAfterDays", 0, -1, 3650, " days (-1: never delete)"),
            Interval = section.Time("Interval", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5), TimeSpan.FromDays(7)),
            MaxLetterBytes = section.Number("MaxLetterBytes", 100_000_000, 1000, 2_000_000_000, " octets"),
            Enabled = section.YesNo("Enabled", true),
            CaFile = AccountSettings.CaFile(section, folder),
            Pin = AccountSettings.Pin(section),
        };
    }

    private (string? Mailbox, Multidrop? Multidrop) Recipients(string name, HashSet<string> mailboxes, List<string> noted)
    {
        var section = new SettingSection($"Accounts__{name}__", values, noted);
        var mailbox = section.Text("Mailbox");
        var multidrop = AccountSettings.Multidrop(new SettingSection(section.Name("Multidrop__"), values, noted));
        if (mailbox is not null && !mailboxes.Contains(mailbox))
            section.Problem("Mailbox", $"there is no mailbox \"{mailbox}\". Define it with Mailboxes__{mailbox}__Addresses{(mailboxes.Count == 0 ? "" : $", or write one of {string.Join(", ", mailboxes)}")}.");
        if (mailbox is null == (multidrop is null))
            section.Problem("Mailbox", mailbox is null
                ? "is missing. Write who gets the account's letters; or, if it holds a whole domain's mail, write Multidrop__Mode instead."
                : "stands beside Multidrop__Mode. Write only one: Mailbox if all letters are for one person, Multidrop if the account holds a whole domain's mail.");
        return (mailbox, multidrop);
    }

    private StorageConnection StorageOf(SettingSection top)
    {
        foreach (var root in new[] { "Storage", "AzureWebJobsStorage" })
        {
            if (top.Text(root) is { } text)
                return new() { ConnectionString = ConnectionString(top, root, text) };
            var section = new SettingSection(root + "__", values, problems);
            var account = AccountName(section);
            var (blob, queue, table) = (
                Service(section, "blobServiceUri", "blob", account),
                Service(section, "queueServiceUri", "queue", account),
                Service(section, "tableServiceUri", "table", account));
            if (blob is null && queue is null && table is null && !section.Has("clientId") && !section.Has("credential"))
                continue;
            if (blob is null || queue is null || table is null)
                section.Problem("accountName", "is missing. Write it, or all three of blobServiceUri, queueServiceUri and tableServiceUri.");
            if (root == "Storage" && section.Text("credential") is { } credential && !string.Equals(credential, "managedidentity", StringComparison.OrdinalIgnoreCase))
                section.Problem("credential", "is not possible. Write managedidentity, or remove it.");
            return new() { Blob = blob, Queue = queue, Table = table, ClientId = section.Text("clientId") };
        }

        return new() { ConnectionString = StorageConnection.Development };
    }

    // What stands in these is never repeated: it may be a connection string or an address with a signature, which open the account.
    private static string? AccountName(SettingSection section)
    {
        if (section.Text("accountName") is not { } name)
            return null;
        if (name.Length is >= 3 and <= 24 && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            return name;
        section.Problem("accountName", "is not the name of a storage account. Write its 3 to 24 lower-case letters and digits.");
        return "account";
    }

    private static Uri? Service(SettingSection section, string setting, string service, string? account)
    {
        var usual = $"https://{account ?? "account"}.{service}.core.windows.net";
        if (section.Text(setting) is not { } text)
            return account is null ? null : new(usual);
        // Https only: an identity's token never goes without TLS.
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps)
            return address;
        section.Problem(setting, $"is not an https address. Write one such as {usual}.");
        return new(usual);
    }

    private static string ConnectionString(SettingSection top, string setting, string text)
    {
        try
        {
            new StorageConnection { ConnectionString = text }.Open();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            // Not its text: a connection string holds the account's key.
            top.Problem(setting, "is not a connection string. Copy it from the storage account, or write UseDevelopmentStorage=true.");
        }

        return text;
    }

    // The Functions host understands more than is looked at here; it would stop at a word or at the five fields of Unix.
    private static string Schedule(SettingSection top, string setting, string otherwise)
    {
        var schedule = top.Text(setting) ?? otherwise;
        if (schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not { Length: 6 } fields
            || fields.Any(static f => !f.All(static c => char.IsAsciiLetterOrDigit(c) || c is '*' or '/' or ',' or '-')))
            top.Problem(setting, $"\"{schedule}\" is not possible. Write six fields, seconds first: second, minute, hour, day, month, day of week, as {otherwise}");
        return schedule;
    }

    private static string QueueName(SettingSection top, string setting, string otherwise)
    {
        var name = top.Text(setting) ?? otherwise;
        // Room for "-poison" in the 63 characters of a queue's name.
        if (name.Length is < 3 or > 56 || name.Any(static c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            || name.StartsWith('-') || name.EndsWith('-') || name.Contains("--", StringComparison.Ordinal))
            top.Problem(setting, $"\"{name}\" cannot be a queue's name. Use 3 to 56 lower-case letters, digits and single hyphens.");
        return name;
    }
}
