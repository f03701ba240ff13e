using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Postroom.Tests.Servers;

/// <summary>
/// A provider's mail server: Dovecot with a configuration, users, ports and folders of its own. Speaks POP3, IMAP and
/// LMTP on this machine only. Nothing of it survives the test, and nothing of the machine's own Dovecot is touched.
/// </summary>
public sealed class Dovecot : IAsyncLifetime
{
    // Dovecot never reads mail as root, so for root a user nobody else is does it; a number needs no account.
    internal const int MailUser = 47_110;

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("postroom-dovecot-").FullName;
    private readonly Dictionary<string, string> passwords = [];
    private readonly int pop3 = FreePort.Next();
    private readonly int pop3s = FreePort.Next();
    private readonly int imap = FreePort.Next();
    private readonly int imaps = FreePort.Next();
    private readonly int lmtp = FreePort.Next();
    private ServerCertificate? certificate;
    private ChildProcess? process;

    public Dovecot()
    {
        // Not a secret place: the server's own users have to find their way in.
        File.SetUnixFileMode(folder, (UnixFileMode)0b_111_101_101);
        foreach (var part in (string[])["control", "home", "index", "mail"])
            Maildir.Open(System.IO.Directory.CreateDirectory(Path.Combine(folder, part)).FullName);
        Maildirs = Path.Combine(folder, "mail");
        CaFile = Path.Combine(folder, "ca.pem");
    }

    /// <summary>How connections are protected. Default <see cref="DovecotTls.Offered"/>.</summary>
    public DovecotTls Tls { get; init; }

    /// <summary>Dovecot's <c>pop3_uidl_format</c>; null: its default, a number that never comes again.</summary>
    public string? UidlFormat { get; init; }

    /// <summary>Further lines of configuration, such as <c>pop3_lock_session = yes</c>; they win.</summary>
    public string Extra { get; init; } = "";

    /// <summary>The folder with one Maildir for each user. Default: an empty one of our own.</summary>
    public string Maildirs { get; private init; }

    /// <summary>The address it listens on.</summary>
    /// <remarks>A client from the server's own address, which is 127.0.0.1 here, counts as safe for Dovecot and needs no TLS.</remarks>
    public string Host => Tls == DovecotTls.Required ? "127.0.0.2" : "127.0.0.1";

    /// <summary>POP3, with STLS unless <see cref="DovecotTls.None"/>.</summary>
    public int Pop3Port => Installed(pop3);

    /// <summary>POP3 in TLS from the start.</summary>
    public int Pop3sPort => Installed(pop3s);

    /// <summary>IMAP, with STARTTLS unless <see cref="DovecotTls.None"/>.</summary>
    public int ImapPort => Installed(imap);

    /// <summary>IMAP in TLS from the start.</summary>
    public int ImapsPort => Installed(imaps);

    /// <summary>LMTP.</summary>
    public int LmtpPort => Installed(lmtp);

    /// <summary>PEM file with the authority that signed the server's certificate.</summary>
    public string CaFile { get; }

    /// <summary>SHA-256 of the server's certificate in hex.</summary>
    public string Pin => certificate!.Pin;

    /// <summary>What the server logged so far, for a test that wonders.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(folder, "dovecot.log");

    /// <summary>Serves Maildirs that are already there, one for each folder below <paramref name="root"/>, to IMAP and POP3.</summary>
    /// <remarks>For root, their files are opened to the server's user; what is delivered later stays closed to it.</remarks>
    public static async Task<Dovecot> ServeMaildirsAsync(string root)
    {
        var dovecot = new Dovecot { Maildirs = root };
        if (Environment.IsPrivilegedProcess)
            Maildir.OpenAll(root);
        foreach (var mailbox in System.IO.Directory.EnumerateDirectories(root))
            dovecot.AddUser(Path.GetFileName(mailbox));
        await dovecot.StartAsync();
        return dovecot;
    }

    /// <summary>A new user with an empty mailbox, at any time. Returns the password.</summary>
    public string AddUser(string user)
    {
        var password = passwords[user] = RandomNumberGenerator.GetHexString(24);
        if (!System.IO.Directory.Exists(Path.Combine(Maildirs, user)))
            new Maildir(Path.Combine(Maildirs, user)).Create();
        // A file for each: of one file for all Dovecot notices a change only once a second.
        File.WriteAllText(Path.Combine(System.IO.Directory.CreateDirectory(Path.Combine(folder, "users")).FullName, user), $"{user}:{{PLAIN}}{password}::::::\n");
        return password;
    }

    /// <summary>The password <see cref="AddUser"/> made.</summary>
    public string Password(string user) => passwords[user];

    /// <summary>Drops a letter into the user's mailbox as it is.</summary>
    public void Deposit(string user, ReadOnlySpan<byte> letter) => new Maildir(Path.Combine(Maildirs, user)).Deposit(letter);

    /// <summary>What lies in the user's mailbox.</summary>
    public IReadOnlyList<byte[]> Letters(string user) => new Maildir(Path.Combine(Maildirs, user)).Letters;

    /// <summary>Starts it and waits until every protocol greets.</summary>
    public async Task StartAsync()
    {
        Require();
        if (certificate is null)
        {
            using var authority = new CertificateAuthority(folder);
            certificate = authority.Issue();
        }
        var configuration = Path.Combine(folder, "dovecot.conf");
        await File.WriteAllTextAsync(configuration, Configuration(certificate, await UsersAsync()), TestContext.Current.CancellationToken);
        System.IO.Directory.CreateDirectory(Path.Combine(folder, "users"));
        process = await ChildProcess.StartAsync(ClosedEnvironment.Find("dovecot")!, ["-F", "-c", configuration]);
        foreach (var port in (int[])[pop3, imap, lmtp])
            await process.ReadyAsync(stop => GreetingAsync(Host, port, stop), () => Log);
    }

    /// <summary>Ends it in order; letters and numbers stay.</summary>
    public Task StopAsync() => process!.StopAsync();

    /// <summary>kill -9 for the server and all its sessions: a DELE without QUIT is forgotten.</summary>
    public async Task KillAsync()
    {
        await process!.KillAllAsync();
        // Its children are nobody's now and may hold a port a moment longer.
        foreach (var port in (int[])[pop3, pop3s, imap, imaps, lmtp])
            while (!FreePort.IsFree(port))
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
    }

    // A fixture cannot skip the tests that use it, so its first use does: see Installed.
    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        if (Missing is null || ClosedEnvironment.InCi)
            await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            // In order, so that it buries its own children.
            await StopAsync();
            await process.DisposeAsync();
        }
        System.IO.Directory.Delete(folder, recursive: true);
    }

    private static string? Missing =>
        ClosedEnvironment.Find("dovecot") is null ? "Dovecot is missing: run ./test.sh as root once, it installs it." : null;

    private static void Require()
    {
        if (Missing is { } sentence)
            ClosedEnvironment.Lacks(sentence);
    }

    private static int Installed(int port)
    {
        Require();
        return port;
    }

    private static async Task GreetingAsync(string host, int port, CancellationToken stop)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, stop);
        if (await client.GetStream().ReadAsync(new byte[1], stop) == 0)
            throw new IOException("No greeting.");
    }

    // For Dovecot 2.3, as Debian 12 has it.
    private string Configuration(ServerCertificate tls, string users) => $$"""
        base_dir = {{folder}}/run
        state_dir = {{folder}}/run
        log_path = {{LogFile}}
        auth_verbose = yes
        protocols = pop3 imap lmtp
        listen = {{Host}}
        {{users}}
        first_valid_uid = 1
        first_valid_gid = 1
        mail_home = {{folder}}/home/%u
        # Numbers and caches lie elsewhere: the Maildir holds letters and nothing else.
        mail_location = maildir:{{Maildirs}}/%u:INDEX={{folder}}/index/%u:CONTROL={{folder}}/control/%u
        # What IMAP and LMTP put there keeps its line ends.
        mail_save_crlf = yes
        mail_max_userip_connections = 100
        {{(UidlFormat is null ? "" : $"pop3_uidl_format = {UidlFormat}")}}
        ssl = {{Tls switch { DovecotTls.None => "no", DovecotTls.Required => "required", _ => "yes" }}}
        disable_plaintext_auth = {{(Tls == DovecotTls.Required ? "yes" : "no")}}
        ssl_cert = <{{tls.CertificateFile}}
        ssl_key = <{{tls.KeyFile}}
        auth_mechanisms = plain login
        # User names are the folders' names as they are written.
        auth_username_format = %u
        # A wrong password costs the next one no time.
        auth_failure_delay = 0
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        passdb {
          driver = passwd-file
          args = {{folder}}/users/%u
        }
        userdb {
          driver = passwd-file
          args = {{folder}}/users/%u
        }
        service pop3-login {
          inet_listener pop3 {
            port = {{pop3}}
          }
          inet_listener pop3s {
            port = {{(Tls == DovecotTls.None ? 0 : pop3s)}}
          }
        }
        service imap-login {
          inet_listener imap {
            port = {{imap}}
          }
          inet_listener imaps {
            port = {{(Tls == DovecotTls.None ? 0 : imaps)}}
          }
        }
        service lmtp {
          inet_listener lmtp {
            port = {{lmtp}}
          }
        }
        {{Extra}}

        """;

    // As root Dovecot changes to the users its package made, and locks its sessions in. Otherwise all of it is us.
    private static async Task<string> UsersAsync()
    {
        if (Environment.IsPrivilegedProcess)
            return $"mail_uid = {MailUser}\nmail_gid = {MailUser}";
        await using var id = await ChildProcess.StartAsync("id", ["-gn"]);
        await id.ExitAsync(TimeSpan.FromSeconds(30));
        var (user, group) = (Environment.UserName, id.Output.Trim());
        var text = new StringBuilder($"""
            mail_uid = {user}
            mail_gid = {group}
            default_internal_user = {user}
            default_internal_group = {group}
            default_login_user = {user}

            """);
        foreach (var service in (string[])["anvil", "imap-login", "pop3-login", "stats"])
            text.Append("service ").Append(service).Append(" {\n  chroot =\n}\n");
        return text.ToString();
    }
}
