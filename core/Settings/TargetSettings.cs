using Postroom.Accounts;
using Postroom.Connect;
using Postroom.Deliver;
using Postroom.Mail;

namespace Postroom.Settings;

/// <summary>The settings of one target.</summary>
internal static class TargetSettings
{
    private static readonly string[] OfServers = ["Host", "Port", "Security", "UserName", "Password", "CaFile", "Pin"];

    public static Target Read(SettingSection section, string name, string folder)
    {
        var kind = section.Choice("Kind", TargetKind.Maildir);
        string[] meant = kind switch
        {
            TargetKind.Maildir => ["Path"],
            TargetKind.Imap => [.. OfServers, "Folder"],
            _ => [.. OfServers, "Recipient"],
        };
        foreach (var setting in OfServers.Concat(["Path", "Folder", "Recipient"]).Except(meant).Where(section.Has))
            section.Problem(setting, $"means nothing for a target of kind {kind}. Remove it, or write the Kind it belongs to.");
        if (kind == TargetKind.Maildir)
            return new() { Name = name, Path = Path.GetFullPath(section.Text("Path") ?? "mail", folder) };

        var security = section.Choice("Security", Security.Auto);
        var host = Host(section, kind);
        var (user, password) = LogIn(section, kind);
        return new()
        {
            Name = name,
            Kind = kind,
            Path = "",
            Server = new(section.Name(""), host, Port(section, kind, security, host), security, AccountSettings.CaFile(section, folder), AccountSettings.Pin(section)),
            UserName = user,
            Password = password,
            Folder = kind == TargetKind.Imap ? section.Text("Folder") ?? "INBOX" : null,
            Recipient = kind == TargetKind.Imap ? null : Recipient(section, kind),
        };
    }

    private static string Host(SettingSection section, TargetKind kind)
    {
        var host = section.Required("Host", kind switch
        {
            TargetKind.Imap => "Write the IMAP server, such as imap.example.com.",
            TargetKind.Lmtp => "Write the LMTP server, such as mail.example.com or unix:/run/dovecot/lmtp.",
            _ => "Write the server that passes letters on, such as smtp.example.com.",
        });
        if (!host.StartsWith(ServerAddress.SocketPrefix, StringComparison.Ordinal))
            return host;
        if (kind != TargetKind.Lmtp)
            section.Problem("Host", $"is a socket in the file system, which only a target of kind Lmtp can use. Write a host name.");
        else if (!Path.IsPathFullyQualified(host[ServerAddress.SocketPrefix.Length..]))
            section.Problem("Host", "is not the full path of a socket. Write it as unix:/run/dovecot/lmtp.");
        foreach (var setting in new[] { "Port", "CaFile", "Pin" }.Where(section.Has))
            section.Problem(setting, "means nothing for a socket in the file system. Remove it.");
        return host;
    }

    private static int Port(SettingSection section, TargetKind kind, Security security, string host)
    {
        if (host.StartsWith(ServerAddress.SocketPrefix, StringComparison.Ordinal))
            return 0;
        var usual = kind switch
        {
            TargetKind.Imap => security is Security.StartTls or Security.None ? 143 : 993,
            // RFC 8314 §7.3; where nobody logs in, it is a relay.
            TargetKind.Smtp => !section.Has("UserName") ? 25 : security is Security.StartTls or Security.None ? 587 : 465,
            // RFC 2033 §5 forbids 25 and names no other; 24 is what servers use.
            _ => 24,
        };
        var port = (int)section.Number("Port", usual, 1, 65535);
        if (kind == TargetKind.Lmtp && port == 25)
            section.Problem("Port", "25 is for SMTP, never for LMTP (RFC 2033). Write the LMTP server's port, or Kind = Smtp.");
        return port;
    }

    private static (string? User, string? Password) LogIn(SettingSection section, TargetKind kind)
    {
        var user = section.Text("UserName");
        if (user is null && kind == TargetKind.Imap)
            section.Problem("UserName", $"is missing. Write the log-in name; {Target.Placeholder} stands for the mailbox's name.");
        if (user is not null)
            return (user, section.RequiredSecret("Password", "Write the log-in password, or a Key Vault reference to it."));
        if (section.Has("Password") && kind != TargetKind.Imap)
            section.Problem("Password", "stands there without UserName. Write both, or remove it if the server asks for no log-in.");
        return (null, kind == TargetKind.Imap ? section.RequiredSecret("Password", "Write the log-in password, or a Key Vault reference to it.") : null);
    }

    private static string Recipient(SettingSection section, TargetKind kind)
    {
        var text = section.Text("Recipient");
        if (text is null && kind == TargetKind.Smtp)
            section.Problem("Recipient", $"is missing. Write the address the letters go to, such as {Target.Placeholder}@mail.example.com. It must not lead back to a mailbox that is collected here.");
        var recipient = text ?? Target.Placeholder;
        // A mailbox's name may be an address; "anna" stands for any name here. LMTP knows names without a domain.
        var sample = Target.For("anna", recipient);
        if (kind == TargetKind.Lmtp && !sample.Contains('@', StringComparison.Ordinal))
            sample += "@example.com";
        if (text is not null && recipient != Target.Placeholder && !EmailAddress.TryParse(sample, out _))
            section.Problem("Recipient", $"\"{text}\" is not an address. Write one such as {Target.Placeholder}@mail.example.com.");
        return recipient;
    }
}
