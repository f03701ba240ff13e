namespace Postroom.Tests.Servers.Doctor;

/// <summary>Postfix with one mailbox at the provider and an alias that leads a whole domain into it.</summary>
internal sealed class PostfixProvider : CatchAllProvider
{
    private const int Owner = 47_111;
    private const int Submitters = 47_112;

    private static readonly string[] QueueFolders =
    [
        "pid", "private", "public", "incoming", "active", "deferred", "bounce", "defer", "trace", "corrupt", "hold", "maildrop", "flush", "saved",
    ];

    protected override string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(Folder, "log", "mail.log");

    protected override async Task<(string, IReadOnlyList<string>, IReadOnlyDictionary<string, string?>)> PrepareAsync()
    {
        var master = MailServerPackage.Need("postfix", "usr/lib/postfix/sbin/master");
        if (!Environment.IsPrivilegedProcess)
            ClosedEnvironment.Lacks("Postfix starts as root only: run ./test.sh as root.");
        var configuration = System.IO.Directory.CreateDirectory(Path.Combine(Folder, "conf")).FullName;
        foreach (var folder in QueueFolders.Select(static f => "queue/" + f).Append("data").Append("log"))
            System.IO.Directory.CreateDirectory(Path.Combine(Folder, folder));
        await RunAsync("chown", "-R", $"{Owner}:{Owner}", $"{Folder}/queue", $"{Folder}/data");
        await RunAsync("chown", $"{Owner}:{Submitters}", $"{Folder}/queue/public", $"{Folder}/queue/maildrop");
        await RunAsync("chown", "root", $"{Folder}/queue", $"{Folder}/queue/pid");
        await File.WriteAllTextAsync(Path.Combine(configuration, "main.cf"), MainConfiguration(configuration));
        await File.WriteAllTextAsync(Path.Combine(configuration, "master.cf"), Services());
        await File.WriteAllTextAsync(Path.Combine(configuration, "alias"), $"/@example\\.com$/ {UserName}@provider.example\n");
        await File.WriteAllTextAsync(Path.Combine(configuration, "mailboxes"), $"/^{UserName}@provider\\.example$/ {UserName}/\n");
        var environment = MailServerPackage.Users(Folder, ("postfix", Owner), ("postdrop", Submitters));
        environment["LD_LIBRARY_PATH"] = MailServerPackage.Of("postfix") + "/usr/lib/postfix";
        environment["MAIL_CONFIG"] = configuration;
        // -d: in the foreground. Its daemons end by themselves once it is gone.
        return (master, ["-c", configuration, "-d"], environment);
    }

    private string MainConfiguration(string configuration)
    {
        var package = MailServerPackage.Of("postfix");
        return $"""
            compatibility_level = 3.6
            config_directory = {configuration}
            queue_directory = {Folder}/queue
            data_directory = {Folder}/data
            command_directory = {package}/usr/sbin
            daemon_directory = {package}/usr/lib/postfix/sbin
            shlib_directory = {package}/usr/lib/postfix
            meta_directory = {configuration}
            mail_owner = postfix
            setgid_group = postdrop
            default_privs = nobody
            import_environment = MAIL_CONFIG LD_LIBRARY_PATH LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
            maillog_file = {LogFile}
            maillog_file_prefixes = {Folder}
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = mx1.provider.example
            mydestination =
            mynetworks =
            alias_maps =
            smtpd_peername_lookup = no
            smtpd_relay_restrictions = permit_auth_destination, reject
            recipient_delimiter =
            virtual_alias_domains = example.com
            virtual_alias_maps = regexp:{configuration}/alias
            virtual_mailbox_domains = provider.example
            virtual_mailbox_base = {Dovecot.Maildirs}
            virtual_mailbox_maps = regexp:{configuration}/mailboxes
            virtual_uid_maps = static:{Dovecot.MailUser}
            virtual_gid_maps = static:{Dovecot.MailUser}

            """;
    }

    private string Services() => $"""
        127.0.0.1:{Port} inet n - n - - smtpd
        pickup   unix n - n 60 1 pickup
        cleanup  unix n - n - 0 cleanup
        qmgr     unix n - n 300 1 qmgr
        rewrite  unix - - n - - trivial-rewrite
        bounce   unix - - n - 0 bounce
        defer    unix - - n - 0 bounce
        trace    unix - - n - 0 bounce
        flush    unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        error    unix - - n - - error
        retry    unix - - n - - error
        virtual  unix - n n - - virtual
        anvil    unix - - n - 1 anvil
        postlog  unix-dgram n - n - 1 postlogd

        """;
}
