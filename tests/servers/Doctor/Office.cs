namespace Postroom.Tests.Servers.Doctor;

/// <summary>Settings of the company whose mail lies in one mailbox. How its recipients are found is open.</summary>
internal static class Office
{
    public static IReadOnlyList<string> Desks { get; } = [.. StrangersLetter.People, "boss", "postmaster"];

    public static Dictionary<string, string> Settings(Dovecot dovecot, string storage = "UseDevelopmentStorage=true")
    {
        var settings = new Dictionary<string, string>
        {
            ["Domains"] = "example.com",
            ["Postmaster"] = "postmaster",
            ["Storage"] = storage,
            ["Accounts__office__Host"] = dovecot.Host,
            ["Accounts__office__Port"] = $"{dovecot.Pop3sPort}",
            ["Accounts__office__Security"] = "Tls",
            ["Accounts__office__CaFile"] = dovecot.CaFile,
            ["Accounts__office__UserName"] = CatchAllProvider.UserName,
            ["Accounts__office__Password"] = dovecot.Password(CatchAllProvider.UserName),
        };
        foreach (var desk in Desks)
            settings[$"Mailboxes__{desk}__Addresses"] = $"{desk}@example.com";
        return settings;
    }
}
