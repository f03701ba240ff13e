namespace Postroom.Tests.Servers.Doctor;

/// <summary>Exim, one local transport for the whole domain, with the headers Debian's own transports add.</summary>
internal sealed class EximProvider : CatchAllProvider
{
    protected override string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(Folder, "spool", "main.log");

    protected override async Task<(string, IReadOnlyList<string>, IReadOnlyDictionary<string, string?>)> PrepareAsync()
    {
        var program = MailServerPackage.Need("exim4-daemon-light", "usr/sbin/exim4");
        // Exim never delivers as root. As anybody else it can be nobody but us.
        var user = Environment.IsPrivilegedProcess ? Dovecot.MailUser : await IdAsync();
        var configuration = Path.Combine(Folder, "exim.conf");
        Postroom.Tests.Servers.Maildir.Open(System.IO.Directory.CreateDirectory(Path.Combine(Folder, "spool")).FullName);
        await File.WriteAllTextAsync(configuration, Configuration(user));
        File.SetUnixFileMode(configuration, (UnixFileMode)0b_110_100_100);
        return (program, ["-C", configuration, "-bdf"], MailServerPackage.Users(Folder, ("Debian-exim", user)));
    }

    private static async Task<int> IdAsync()
    {
        await using var id = await ChildProcess.StartAsync("id", ["-u"]);
        await id.ExitAsync(TimeSpan.FromSeconds(30));
        return int.Parse(id.Output, System.Globalization.CultureInfo.InvariantCulture);
    }

    private string Configuration(int user) => $$"""
        primary_hostname = mx1.provider.example
        exim_user = {{user}}
        exim_group = {{user}}
        spool_directory = {{Folder}}/spool
        log_file_path = {{Folder}}/spool/%s.log
        pid_file_path = {{Folder}}/spool/exim.pid
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = {{Port}}
        tls_advertise_hosts =
        # The list of users, for the processes that deliver.
        keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
        deliver_drop_privilege = true
        never_users =
        host_lookup =
        rfc1413_query_timeout = 0s
        # One connection brings them all; each is delivered at once.
        smtp_accept_queue_per_connection = 0
        acl_smtp_rcpt = accept
        acl_smtp_data = accept
        begin routers
        catch_all:
          driver = accept
          domains = example.com
          transport = mailbox
        begin transports
        mailbox:
          driver = appendfile
          directory = {{Maildir}}
          maildir_format
          user = {{user}}
          group = {{user}}
          return_path_add
          envelope_to_add
          delivery_date_add

        """;
}
