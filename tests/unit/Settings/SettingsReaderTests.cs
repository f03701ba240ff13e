using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Postroom.Accounts;
using Postroom.Deliver;
using Postroom.Directory;
using Postroom.Settings;
using Xunit;
using static Postroom.Tests.Unit.Settings.Written;

namespace Postroom.Tests.Unit.Settings;

public sealed class SettingsReaderTests
{
    private const string Key = "c2VjcmV0LWtleS1vZi10aGUtYWNjb3VudA==";

    [Fact]
    public void The_least_settings_pass_with_the_documented_defaults()
    {
        var settings = Read(Least);

        var account = Assert.Single(settings.Accounts).Value;
        Assert.Equal(new Account
        {
            Name = "office", Host = "pop.example.com", Port = 995, UserName = "office@example.com", Password = "Blank at the end ",
            Security = Security.Auto, Mailbox = "anna", Multidrop = null, Domains = account.Domains, Subdomains = false, DeleteAfterDays = 0,
            Interval = TimeSpan.FromMinutes(5), MaxLetterBytes = 100_000_000, Enabled = true, CaFile = null, Pin = null,
        }, account);
        Assert.Equal(["example.com"], account.Domains);
        Assert.Equal(["default"], Assert.Single(settings.Directory.Mailboxes).Targets);
        Assert.Equal(UnknownRecipient.Postmaster, settings.Directory.UnknownRecipient);
        Assert.Equal(
            new Target { Name = "default", Kind = TargetKind.Maildir, Path = Path.Combine(Path.GetTempPath(), "mail") },
            Assert.Single(settings.Targets).Value);
        Assert.True(settings.Storage.IsDevelopment);
        Assert.Equal(("collect", "inbound", "deliver"), (settings.CollectQueue, settings.InboundQueue, settings.DeliverQueue));
        Assert.Equal("0 * * * * *", settings.PollSchedule);
        Assert.Equal(7, settings.RetainDays);
        Assert.Equal(TimeSpan.FromSeconds(15), settings.QueueLease);
    }

    [Theory]
    [InlineData("StartTls")]
    [InlineData("None")]
    public void Without_TLS_from_the_first_byte_the_usual_port_is_110(string security) =>
        Assert.Equal(110, Read(With(("Accounts__office__Security", security))).Accounts["office"].Port);

    [Fact]
    public void A_multidrop_account_passes()
    {
        var settings = Read(With(("Accounts__office__Mailbox", null), ("Accounts__office__Multidrop__Mode", "header"), ("Accounts__office__Multidrop__Header", "Envelope-to:")));

        var multidrop = settings.Accounts["office"].Multidrop!;
        Assert.Equal((MultidropMode.Header, "Envelope-to", Occurrence.First, 0, Fallback.None),
            (multidrop.Mode, multidrop.FieldName, multidrop.Occurrence, multidrop.Skip, multidrop.Fallback));
    }

    [Fact]
    public void Qvirtual_reads_Delivered_To_unless_told_otherwise() =>
        Assert.Equal("Delivered-To",
            Read(With(("Accounts__office__Mailbox", null), ("Accounts__office__Multidrop__Mode", "Qvirtual"))).Accounts["office"].Multidrop!.FieldName);

    [Fact]
    public void What_the_environment_says_wins() =>
        Assert.Equal("pop.example.org", Read(Least, new() { ["ACCOUNTS__OFFICE__HOST"] = "pop.example.org" }).Accounts["office"].Host);

    [Fact]
    public void The_environment_is_full_of_names_that_are_not_ours() =>
        Assert.Single(Read(Least, new() { ["PATH"] = "/bin", ["A__B"] = "c", ["WEBSITE_X"] = "y" }).Accounts);

    [Fact]
    public void App_settings_of_the_Functions_host_are_read_alike()
    {
        using var root = new ConfigurationRoot([new MemoryConfigurationProvider(new()
        {
            InitialData = Least.Select(static s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value)),
        })]);
        Assert.Equal("pop.example.com", SettingsReader.Read(root, Path.GetTempPath()).Accounts["office"].Host);
    }

    [Theory]
    [InlineData("Acounts__office__Host", "Accounts__office__Host")]
    [InlineData("Accounts__office__Usrname", "Accounts__office__UserName")]
    [InlineData("Accounts__office__Multidrop__Heade", "Accounts__office__Multidrop__Header")]
    [InlineData("Mailboxes__anna__Address", "Mailboxes__anna__Addresses")]
    [InlineData("Accounts__office__Header", "Accounts__office__Multidrop__Header")]
    [InlineData("Postmastr", "Postmaster")]
    public void An_unknown_name_is_refused_with_the_one_it_looks_like(string wrong, string right) =>
        Assert.Equal([$"{wrong}: there is no such setting. Did you mean {right}?"], Problems((wrong, "x")));

    [Fact]
    public void An_unknown_name_like_no_other_points_to_the_documentation() =>
        Assert.Equal(["Accounts__office__Colour: there is no such setting. docs/settings.md lists all names."], Problems(("Accounts__office__Colour", "red")));

    [Fact]
    public void An_unknown_name_of_ours_in_the_environment_is_refused_too()
    {
        var refusal = Assert.Throws<SettingsException>(() => Read(Least, new() { ["Accounts__office__Hst"] = "x" }));
        Assert.Equal(["Accounts__office__Hst: there is no such setting. Did you mean Accounts__office__Host?"], refusal.Problems);
    }

    [Fact]
    public void A_name_that_could_be_no_folder_is_refused_with_the_rule() =>
        Assert.Equal(
            ["Mailboxes__../etc__Addresses: \"../etc\" cannot be a name, write 1 to 64 letters, digits and . _ - @ +, beginning with a letter or digit."],
            Problems(("Mailboxes__../etc__Addresses", "anna@example.com")));

    [Fact]
    public void What_an_account_lacks_is_told() =>
        Assert.Equal(
            [
                "Accounts__office__Host: is missing. Write the provider's POP3 server, such as pop.example.com.",
                "Accounts__office__UserName: is missing. Write the log-in name at the provider, often the whole address.",
                "Accounts__office__Password: is missing. Write the log-in password, or a Key Vault reference to it.",
            ],
            Problems(("Accounts__office__Host", " "), ("Accounts__office__UserName", null), ("Accounts__office__Password", null)));

    [Fact]
    public void A_reference_that_Azure_did_not_resolve_is_never_sent_as_password() =>
        Assert.StartsWith("Accounts__office__Password: is a Key Vault reference that nobody has resolved.",
            Assert.Single(Problems(("Accounts__office__Password", "@Microsoft.KeyVault(SecretUri=https://vault.example.com/secrets/pop)"))), StringComparison.Ordinal);

    [Fact]
    public void A_mailbox_nobody_defined_is_refused() =>
        Assert.Equal(
            ["Accounts__office__Mailbox: there is no mailbox \"ben\". Define it with Mailboxes__ben__Addresses, or write one of anna."],
            Problems(("Accounts__office__Mailbox", "ben")));

    [Theory]
    [InlineData("To")]
    [InlineData("Cc:")]
    [InlineData("BCC")]
    [InlineData("Resent-To")]
    public void A_header_the_sender_writes_is_refused_with_the_reason(string header)
    {
        var problem = Assert.Single(Problems(
            ("Accounts__office__Mailbox", null), ("Accounts__office__Multidrop__Mode", "Header"), ("Accounts__office__Multidrop__Header", header)));
        Assert.StartsWith($"Accounts__office__Multidrop__Header: {header.TrimEnd(':')} is written by the sender", problem, StringComparison.Ordinal);
        Assert.Contains("blind copies, lists and forwards would go astray", problem, StringComparison.Ordinal);
        Assert.Contains("such as Envelope-to:", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Received", "Write Multidrop__Mode = Received instead.")]
    [InlineData("Envelope to", "is not a header name.")]
    [InlineData(":", "is not a header name.")]
    public void A_header_that_cannot_name_a_recipient_is_refused(string header, string words) =>
        Assert.Contains(words, Assert.Single(Problems(
            ("Accounts__office__Mailbox", null), ("Accounts__office__Multidrop__Mode", "Header"), ("Accounts__office__Multidrop__Header", header))), StringComparison.Ordinal);

    [Fact]
    public void Two_modes_at_once_are_refused() =>
        Assert.Equal(
            ["Accounts__office__Mailbox: stands beside Multidrop__Mode. Write only one: Mailbox if all letters are for one person, Multidrop if the account holds a whole domain's mail."],
            Problems(("Accounts__office__Multidrop__Mode", "Qvirtual")));

    [Fact]
    public void No_mode_at_all_is_refused() =>
        Assert.StartsWith("Accounts__office__Mailbox: is missing. Write who gets the account's letters",
            Assert.Single(Problems(("Accounts__office__Mailbox", null))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Multidrop__Header", "Envelope-to", "Accounts__office__Multidrop__Mode: is missing. Write Header, Qvirtual or Received.")]
    [InlineData("Multidrop__Mode", "Header", "Accounts__office__Multidrop__Header: is missing.")]
    [InlineData("Multidrop__Mode", "Received", "Accounts__office__Multidrop__Hosts: is missing.")]
    public void Half_a_multidrop_is_refused_with_the_missing_half(string setting, string value, string beginning) =>
        Assert.StartsWith(beginning, Assert.Single(Problems(("Accounts__office__Mailbox", null), ("Accounts__office__" + setting, value))), StringComparison.Ordinal);

    [Fact]
    public void A_prefix_without_Qvirtual_is_refused() =>
        Assert.StartsWith("Accounts__office__Multidrop__Prefix: counts only with Multidrop__Mode = Qvirtual.", Assert.Single(Problems(
            ("Accounts__office__Mailbox", null), ("Accounts__office__Multidrop__Mode", "Header"), ("Accounts__office__Multidrop__Header", "Envelope-to"),
            ("Accounts__office__Multidrop__Prefix", "example.com-"))), StringComparison.Ordinal);

    [Fact]
    public void A_domain_in_which_nobody_can_have_an_address_is_refused() =>
        Assert.Equal(
            ["Accounts__office__Domains: example.org is not in Domains, so nobody could have an address there. Add it there."],
            Problems(("Accounts__office__Mailbox", null), ("Accounts__office__Multidrop__Mode", "Qvirtual"), ("Accounts__office__Domains", "example.com, example.org")));

    [Theory]
    [InlineData("anna@", "Mailboxes__anna__Addresses: \"anna@\" is not an address, write an address like anna@example.com.")]
    [InlineData("anna@example.org", "Mailboxes__anna__Addresses: anna@example.org is in a domain that is not in Domains, add example.org there or remove the address.")]
    [InlineData("*@*", "Mailboxes__anna__Addresses: \"*@*\" is not an address, a catch-all is per domain, write *@example.com for each of them.")]
    public void A_bad_address_is_refused(string address, string problem) =>
        Assert.Equal([problem], Problems(("Mailboxes__anna__Addresses", address)));

    [Theory]
    [InlineData("exa mple.com")]
    [InlineData("anna@example.org")]
    [InlineData("[192.0.2.1]")]
    public void A_bad_domain_is_refused(string domain) =>
        Assert.Equal([$"Domains: \"{domain}\" is not a domain. Write domains such as example.com, with commas between them."], Problems(("Domains", $"example.com, {domain}")));

    [Fact]
    public void A_missing_postmaster_is_refused_with_those_there_could_be() =>
        Assert.Equal(["Postmaster: is missing. Write the name of the mailbox that gets what nobody else gets, one of: anna."], Problems(("Postmaster", null)));

    [Fact]
    public void A_postmaster_nobody_defined_is_refused() =>
        Assert.Equal(["Postmaster: ben is not a mailbox, write the name of one that exists (Mailboxes__ben__Addresses)."], Problems(("Postmaster", "ben")));

    [Fact]
    public void A_group_without_members_is_told_once() =>
        Assert.Equal(["Groups__sales__Members: the group has no members, write the names of its mailboxes."], Problems(("Groups__sales__Addresses", "sales@example.com")));

    [Fact]
    public void A_target_nobody_defined_is_refused() =>
        Assert.Equal(["Mailboxes__anna__Target: there is no target \"archive\". Write one of default, or define Targets__archive__Kind."], Problems(("Mailboxes__anna__Target", "archive")));

    [Theory]
    [InlineData("Accounts__office__Port", "pop3s", "1 to 65535")]
    [InlineData("Accounts__office__Port", "0", "1 to 65535")]
    [InlineData("Accounts__office__Port", "65536", "1 to 65535")]
    [InlineData("Accounts__office__Port", "9 95", "1 to 65535")]
    [InlineData("Accounts__office__DeleteAfterDays", "-2", "-1 to 3650 days (-1: never delete)")]
    [InlineData("Accounts__office__MaxLetterBytes", "25 MB", "1000 to 2000000000 octets")]
    [InlineData("Accounts__office__MaxLetterBytes", "99999999999999999999", "1000 to 2000000000 octets")]
    [InlineData("RetainDays", "1.5", "0 to 3650 days")]
    public void A_number_that_is_none_is_refused_with_its_bounds(string setting, string value, string bounds) =>
        Assert.Equal([$"{setting}: \"{value}\" is not possible. Write a whole number from {bounds}."], Problems((setting, value)));

    [Theory]
    [InlineData("soon")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("-Infinity")]
    [InlineData("Infinity")]
    [InlineData("NaN")]
    [InlineData("1e3")]
    [InlineData("4s")]
    [InlineData("8d")]
    [InlineData("999999999999999d")]
    [InlineData("-00:05:00")]
    public void A_time_that_is_none_is_refused_with_its_bounds(string value) =>
        Assert.Equal(
            [$"Accounts__office__Interval: \"{value}\" is not possible. Write a time from 5s to 7d, as 00:05:00 or with a unit, such as 90s, 5m, 2h or 1d."],
            Problems(("Accounts__office__Interval", value)));

    [Theory]
    [InlineData("00:01:30", 90)]
    [InlineData("90s", 90)]
    [InlineData("90", 90)]
    [InlineData("1.5m", 90)]
    [InlineData("2H", 7200)]
    [InlineData("1d", 86400)]
    public void A_time_is_read_in_any_of_its_forms(string value, int seconds) =>
        Assert.Equal(seconds, Read(With(("Accounts__office__Interval", value))).Accounts["office"].Interval.TotalSeconds);

    [Theory]
    [InlineData("Accounts__office__Enabled", "yes", "Write true or false.")]
    [InlineData("Accounts__office__Subdomains", "1", "Write true or false.")]
    [InlineData("Accounts__office__Security", "SSL", "Write one of Auto, Tls, StartTls, None.")]
    [InlineData("Accounts__office__Security", "1", "Write one of Auto, Tls, StartTls, None.")]
    [InlineData("UnknownRecipient", "Bounce", "Write one of Postmaster, Hold.")]
    public void A_choice_there_is_not_is_refused_with_those_there_are(string setting, string value, string remedy) =>
        Assert.Equal([$"{setting}: \"{value}\" is not possible. {remedy}"], Problems((setting, value)));

    [Fact]
    public void The_same_queue_twice_is_refused() =>
        Assert.Equal(["COLLECT_QUEUE, INBOUND_QUEUE, DELIVER_QUEUE: two of them have the same name. Write three different ones."], Problems(("INBOUND_QUEUE", "deliver")));

    [Fact]
    public void A_queue_that_is_anothers_poison_queue_is_refused() =>
        Assert.Contains("with -poison behind it", Assert.Single(Problems(("DELIVER_QUEUE", "inbound-poison"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Inbound")]
    [InlineData("in")]
    [InlineData("in--bound")]
    [InlineData("-inbound")]
    public void A_name_no_queue_can_have_is_refused(string name) =>
        Assert.Equal([$"INBOUND_QUEUE: \"{name}\" cannot be a queue's name. Use 3 to 56 lower-case letters, digits and single hyphens."], Problems(("INBOUND_QUEUE", name)));

    [Theory]
    [InlineData("POLL_SCHEDULE", "* * * * *", "0 * * * * *")]
    [InlineData("POLL_SCHEDULE", "hourly", "0 * * * * *")]
    [InlineData("SWEEP_SCHEDULE", "0 17 3 * * %x", "0 17 3 * * *")]
    public void A_schedule_that_is_none_is_refused(string setting, string value, string usual) =>
        Assert.Equal(
            [$"{setting}: \"{value}\" is not possible. Write six fields, seconds first: second, minute, hour, day, month, day of week, as {usual}"],
            Problems((setting, value)));

    [Fact]
    public void A_CaFile_that_is_not_there_is_told_with_its_full_path() =>
        Assert.Equal(
            [$"Accounts__office__CaFile: {Path.Combine(Path.GetTempPath(), "no-such.pem")}: there is no such file. Write the path of a PEM file; a relative one counts from the settings file."],
            Problems(("Accounts__office__CaFile", "no-such.pem")));

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData("Just some text", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read as PEM")]
    public void A_CaFile_without_a_certificate_is_refused(string content, string words)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, content);
            Assert.Contains(words, Assert.Single(Problems(("Accounts__office__CaFile", file))), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("AB:CD")]
    [InlineData("not a fingerprint")]
    public void A_bad_Pin_is_refused(string pin) =>
        Assert.Equal(["Accounts__office__Pin: is not a SHA-256 fingerprint. Write its 64 hexadecimal digits."], Problems(("Accounts__office__Pin", pin)));

    [Fact]
    public void A_Pin_may_be_written_with_colons_and_in_any_case()
    {
        var pin = string.Join(':', Enumerable.Repeat("aB", 32));
        Assert.Equal(string.Concat(Enumerable.Repeat("AB", 32)), Read(With(("Accounts__office__Pin", pin))).Accounts["office"].Pin);
    }

    [Theory]
    [InlineData("Storage", "AccountKey=" + Key)]
    [InlineData("Storage", "DefaultEndpointsProtocol=https;AccountName=post;AccountKey=!" + Key)]
    [InlineData("Storage", Key)]
    [InlineData("AzureWebJobsStorage", ";;" + Key + "=;")]
    [InlineData("Storage__accountName", "DefaultEndpointsProtocol=https;AccountName=post;AccountKey=" + Key)]
    [InlineData("Storage__blobServiceUri", "DefaultEndpointsProtocol=https;AccountName=post;AccountKey=" + Key)]
    [InlineData("Storage__queueServiceUri", "http://post.queue.core.windows.net/?sig=" + Key)]
    [InlineData("Storage__tableServiceUri", "/" + Key)]
    [InlineData("Storage__credential", Key)]
    public void A_storage_setting_that_is_nonsense_is_refused_and_its_text_never_repeated(string setting, string value)
    {
        var refusal = Assert.Throws<SettingsException>(() => Read(With((setting, value))));
        Assert.Contains(refusal.Problems, p => p.StartsWith(setting + ": is not ", StringComparison.Ordinal));
        Assert.DoesNotContain(Key, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_problem_repeats_a_password() =>
        Assert.DoesNotContain(Problems(("Accounts__office__Password", "hush-hush"), ("Accounts__office__Host", null), ("Accounts__office__UserName", null)),
            static p => p.Contains("hush-hush", StringComparison.Ordinal));

    [Fact]
    public void A_storage_account_is_named_or_given_by_three_addresses()
    {
        var named = Read(With(("Storage__accountName", "post"))).Storage;
        Assert.Equal((new("https://post.blob.core.windows.net"), new("https://post.queue.core.windows.net"), new("https://post.table.core.windows.net")),
            ((Uri?)named.Blob, (Uri?)named.Queue, (Uri?)named.Table));
    }

    [Theory]
    [InlineData("Storage__blobServiceUri", "https://post.example.com")]
    [InlineData("Storage__clientId", "0000")]
    public void Half_a_storage_account_is_refused(string setting, string value) =>
        Assert.Equal(["Storage__accountName: is missing. Write it, or all three of blobServiceUri, queueServiceUri and tableServiceUri."], Problems((setting, value)));

    [Fact]
    public void All_problems_come_in_one_list_each_once()
    {
        var problems = Problems(
            ("Acounts__x__Host", "x"), ("Accounts__office__Host", null), ("Accounts__office__Port", "many"), ("Accounts__office__Mailbox", "ben"),
            ("Accounts__office__Pin", "x"), ("Mailboxes__anna__Addresses", "anna@"), ("Postmaster", null), ("RetainDays", "-1"),
            ("DELIVER_QUEUE", "inbound"), ("Storage", Key), ("UnknownRecipient", "Drop"), ("QueueLease", "1s"));
        Assert.Equal(
            [
                "Acounts__x__Host", "Accounts__office__Mailbox", "Accounts__office__Host", "Accounts__office__Port", "Accounts__office__Pin",
                "Postmaster", "UnknownRecipient", "Mailboxes__anna__Addresses", "Storage", "RetainDays", "QueueLease", "COLLECT_QUEUE, INBOUND_QUEUE, DELIVER_QUEUE",
            ],
            problems.Select(static p => p[..p.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Fact]
    public void The_refusal_counts_and_lists_the_problems_and_says_that_nothing_started()
    {
        var refusal = Assert.Throws<SettingsException>(() => Read(With(("RetainDays", "x"), ("Postmaster", null))));
        var lines = refusal.Message.Split(Environment.NewLine);
        Assert.Equal("2 problems in the settings; nothing was started.", lines[0]);
        Assert.Equal(refusal.Problems.Select(static p => "  - " + p), lines[1..]);
    }
}
