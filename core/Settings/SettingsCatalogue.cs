namespace Postroom.Settings;

/// <summary>Every setting there is. The reader, the documentation and the sample are held against this list.</summary>
public static class SettingsCatalogue
{
    private const string Seconds = "time: `00:05:00`, or a number with `s`, `m`, `h` or `d`";
    private const string YesNo = "`true` or `false`";

    /// <summary>All settings, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        new("Accounts__{name}__Host", "required", "host name or address", "The provider's POP3 server."),
        new("Accounts__{name}__Port", "995, or 110 with `StartTls` and `None`", "1 to 65535", "Its TCP port."),
        new("Accounts__{name}__UserName", "required", "text", "Log-in name at the provider."),
        new("Accounts__{name}__Password", "required", "text", "Log-in password; may be a Key Vault reference."),
        new("Accounts__{name}__Security", "`Auto`", "`Auto`, `Tls`, `StartTls`, `None`", "How the connection is protected. `Auto` takes the best the server offers and never again less than TLS once it saw TLS; `None` sends the password in clear."),
        new("Accounts__{name}__Mailbox", "none", "name of a mailbox", "Single drop: every letter of the account goes to this mailbox. Either this or `Multidrop`."),
        new("Accounts__{name}__Multidrop__Mode", "none", "`Header`, `Qvirtual`, `Received`", "The account holds a whole domain's mail; this is how the provider names the real recipient."),
        new("Accounts__{name}__Multidrop__Header", "`Delivered-To` for `Qvirtual`, else required", "header name, colon optional", "Where the envelope recipient stands, such as `Envelope-to:`. `To`, `Cc` and `Bcc` are refused."),
        new("Accounts__{name}__Multidrop__Prefix", "none", "text", "Qvirtual: what stands before the real address; a hyphen is added if missing."),
        new("Accounts__{name}__Multidrop__Hosts", "required for `Received`", "host names, comma separated; a leading dot means any host below", "The provider's receiving hosts: only Received lines they wrote count."),
        new("Accounts__{name}__Multidrop__Occurrence", "`First`", "`First`, `Last`, `AboveReceived`", "Which of several matching lines decides."),
        new("Accounts__{name}__Multidrop__Skip", "0", "0 to 100 lines", "Matching lines to pass over."),
        new("Accounts__{name}__Multidrop__Fallback", "`None`", "`None`, `Received`, `To`", "What to try when nothing was found; then, or with `None`, `UndeterminedRecipient` decides."),
        new("Accounts__{name}__Domains", "all `Domains`", "domains, comma separated", "Which addresses count as ours in this account."),
        new("Accounts__{name}__Subdomains", "`false`", YesNo, "Whether addresses in domains below count too."),
        new("Accounts__{name}__DeleteAfterDays", "0", "-1 to 3650 days", "0 deletes a letter from the server once it is stored, a number keeps it so many days, -1 for ever."),
        new("Accounts__{name}__Interval", "`00:05:00`", Seconds + ", 5 s to 7 d", "Time between two polls."),
        new("Accounts__{name}__MaxLetterBytes", "100000000", "octets, 1000 to 2000000000", "Larger letters stay on the server."),
        new("Accounts__{name}__Enabled", "`true`", YesNo, "`false` stops polling the account and forgets nothing."),
        new("Accounts__{name}__CaFile", "the system's authorities", "PEM file", "The only authorities to trust for this server's certificate."),
        new("Accounts__{name}__Pin", "none", "SHA-256 in hex, colons optional", "Fingerprint of the only certificate to trust for this server."),
        new("Domains", "none", "domains, comma separated", "Our domains."),
        new("Mailboxes__{name}__Addresses", "none", "addresses, comma separated", "Who is served by this mailbox; `*@domain` is the catch-all of that domain, `anna@*` stands for all our domains."),
        new("Mailboxes__{name}__Target", "`default`", "names of targets, comma separated", "Where the mailbox's letters are put."),
        new("Groups__{name}__Addresses", "none", "addresses, comma separated", "Addresses whose letters go to several mailboxes."),
        new("Groups__{name}__Members", "required", "mailboxes, groups or addresses, comma separated", "Who is in the group."),
        new("Postmaster", "required", "name of a mailbox", "Gets what nobody else gets."),
        new("Postmasters__{domain}", "`Postmaster`", "name of a mailbox", "Postmaster of one domain; dots in the domain are written as `_`."),
        new("UnknownRecipient", "`Postmaster`", "`Postmaster`, `Hold`", "What happens to collected letters for addresses of ours that nobody has."),
        new("UndeterminedRecipient", "what `UnknownRecipient` says", "`Postmaster`, `Hold`", "What happens to collected letters in which no recipient was found."),
        new("Targets__{name}__Kind", "`Maildir`", "`Maildir`, `Imap`, `Lmtp`, `Smtp`", "How letters are handed over."),
        new("Targets__{name}__Path", "`mail`", "folder; `{mailbox}` stands for the mailbox's name", "Maildir: the folder that holds one Maildir per mailbox. Relative to the settings file."),
        new("Targets__{name}__Host", "required for `Imap`, `Lmtp`, `Smtp`", "host name or address; for `Lmtp` also `unix:/path`", "The server letters are handed over to."),
        new("Targets__{name}__Port", "`Imap` 993, `Lmtp` 24, `Smtp` 465 with a log-in and 25 without; with `StartTls` and `None` 143 and 587", "1 to 65535", "Its TCP port."),
        new("Targets__{name}__Security", "`Auto`", "`Auto`, `Tls`, `StartTls`, `None`", "How the connection is protected. `Auto` takes the best the server offers, and never less than TLS where a password is sent; `None` sends it in clear."),
        new("Targets__{name}__UserName", "required for `Imap`, else none", "text; `{mailbox}` stands for the mailbox's name", "Log-in name at the server."),
        new("Targets__{name}__Password", "required with `UserName`", "text", "Log-in password; may be a Key Vault reference."),
        new("Targets__{name}__CaFile", "the system's authorities", "PEM file", "The only authorities to trust for the server's certificate."),
        new("Targets__{name}__Pin", "none", "SHA-256 in hex, colons optional", "Fingerprint of the only certificate to trust for the server."),
        new("Targets__{name}__Folder", "`INBOX`", "folder, parts divided by `/`; `{mailbox}` stands for the mailbox's name", "Imap: where letters are put; made if missing."),
        new("Targets__{name}__Recipient", "`{mailbox}` for `Lmtp`, required for `Smtp`", "address; `{mailbox}` stands for the mailbox's name", "Lmtp, Smtp: who the letters are handed over for."),
        new("Retry__Steps", "`1m, 5m, 15m, 30m, 1h, 2h, 4h`", "times, comma separated, 10 s to 1 d each", "Waits before a letter that could not be delivered is tried again; the last one repeats."),
        new("Retry__GiveUpAfter", "`5d`", Seconds + ", 1 m to 30 d", "How long after the first attempt a letter is tried; then it is held."),
        new("Smtp__Enabled", "`true` on one machine", YesNo, "The SMTP door."),
        new("Smtp__HostName", "the machine's name", "host name", "How the door calls itself."),
        new("Smtp__Address", "`127.0.0.1`", "IP address", "Where the door listens."),
        new("Smtp__Port", "2525", "0 to 65535", "Its TCP port."),
        new("Dashboard__Address", "`127.0.0.1`", "IP address", "Where the dashboard listens on one machine."),
        new("Dashboard__Port", "7071", "0 to 65535", "Its TCP port."),
        new("POLL_SCHEDULE", "`0 * * * * *`", "six-field cron expression (seconds first)", "How often to look for accounts that are due; each account keeps its own `Interval`."),
        new("SWEEP_SCHEDULE", "`0 17 3 * * *`", "six-field cron expression (seconds first)", "When Sweep tidies up."),
        new("COLLECT_QUEUE", "`collect`", "queue name", "Queue of accounts due for a poll."),
        new("INBOUND_QUEUE", "`inbound`", "queue name", "Queue of stored letters that wait for their recipients."),
        new("DELIVER_QUEUE", "`deliver`", "queue name", "Queue of letters that wait for their desk."),
        new("SessionsPerHost", "8", "1 to 100 sessions", "How many accounts at one provider's host are collected at the same time, in one process; further ones wait for their turn."),
        new("RetainDays", "7", "0 to 3650 days", "How long a delivered letter's blob is kept."),
        new("Storage", "what `AzureWebJobsStorage` says, else `UseDevelopmentStorage=true`", "connection string", "The storage account for letters, queues and tables."),
        new("Storage__accountName", "none", "name of a storage account", "The storage account, reached with a managed identity."),
        new("Storage__blobServiceUri", "from `Storage__accountName`", "https address", "Blob service, with a managed identity."),
        new("Storage__queueServiceUri", "from `Storage__accountName`", "https address", "Queue service, with a managed identity."),
        new("Storage__tableServiceUri", "from `Storage__accountName`", "https address", "Table service, with a managed identity."),
        new("Storage__credential", "`managedidentity`", "`managedidentity`", "How the identity is found; the only way there is."),
        new("Storage__clientId", "the system-assigned identity", "client id", "Which user-assigned identity to use."),
        new("QueueLease", "`00:00:15`", Seconds + ", 2 s to 10 m", "`postroom run`: how long a queue message stays hidden while it is worked on; renewed as long as the work goes on. After a crash the next run waits this long at most."),
    ];

    // What hosts and tools put beside our settings.
    private static readonly string[] Foreign =
        ["AzureWebJobs", "FUNCTIONS_", "APPLICATIONINSIGHTS_", "OTEL_", "WEBSITE_", "AZURE_", "DOTNET_", "ASPNETCORE_", "SCM_"];

    internal static bool IsForeign(string name) => Foreign.Any(f => name.StartsWith(f, StringComparison.OrdinalIgnoreCase));

    internal static bool HasOurRoot(IReadOnlyList<string> written) =>
        written.Count > 1 && All.Any(d => string.Equals(d.Root, written[0], StringComparison.OrdinalIgnoreCase));

    /// <summary>The known name that looks most like a mistyped one; null if none does.</summary>
    internal static string? Nearest(IReadOnlyList<string> written)
    {
        var name = string.Join("__", written);
        var (best, distance) = All
            .Select(d => (Candidate: d, Distance: d.HasEndsOf(written) ? 0 : EditDistance.Between(d.Named(written), name)))
            .MinBy(static c => c.Distance);
        return distance <= Math.Max(2, best.FixedLength / 4) ? best.Named(written) : null;
    }
}
