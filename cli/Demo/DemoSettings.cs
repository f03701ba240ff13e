using System.Globalization;

namespace Postroom.Cli.Demo;

/// <summary>The demo's settings under the names an administrator would write them: a company with two domains and three people.</summary>
internal static class DemoSettings
{
    /// <summary>Settings that collect from a running sample provider into Maildirs.</summary>
    /// <param name="provider">Filled with <see cref="SampleLetters.Fill"/>.</param>
    /// <param name="mailFolder">The folder that is to hold one Maildir per mailbox.</param>
    public static Dictionary<string, string> For(SampleProvider provider, string mailFolder)
    {
        var settings = new Dictionary<string, string>
        {
            ["Domains"] = "example.com, example.net",
            ["Mailboxes__anna__Addresses"] = "anna@example.com",
            ["Mailboxes__ben__Addresses"] = "ben@example.com, ben@example.net",
            ["Mailboxes__clara__Addresses"] = "clara@example.com",
            ["Mailboxes__postmaster__Addresses"] = "postmaster@example.com, postmaster@example.net",
            ["Groups__sales__Addresses"] = "sales@example.com",
            ["Groups__sales__Members"] = "ben, clara",
            ["Postmaster"] = "postmaster",
            ["Smtp__HostName"] = "mx.example.com",
            ["Smtp__Port"] = "0", // any that is free
            ["Targets__default__Kind"] = "Maildir",
            ["Targets__default__Path"] = mailFolder,

            // Multidrop at a provider that runs Exim.
            ["Accounts__office__Domains"] = "example.com",
            ["Accounts__office__Multidrop__Mode"] = "Header",
            ["Accounts__office__Multidrop__Header"] = "Envelope-to:",

            // Multidrop at a provider that runs qmail.
            ["Accounts__branch__Domains"] = "example.net",
            ["Accounts__branch__Multidrop__Mode"] = "Qvirtual",
            ["Accounts__branch__Multidrop__Prefix"] = "example.net-",

            // Single drop: the mailbox Anna alone has at a third provider.
            ["Accounts__anna__Mailbox"] = "anna",
        };
        foreach (var name in provider.UserNames)
        {
            settings[$"Accounts__{name}__Host"] = SampleProvider.Host;
            settings[$"Accounts__{name}__Port"] = provider.Port.ToString(CultureInfo.InvariantCulture);
            settings[$"Accounts__{name}__UserName"] = name;
            settings[$"Accounts__{name}__Password"] = provider.Password;
            settings[$"Accounts__{name}__Security"] = "Tls";
            settings[$"Accounts__{name}__CaFile"] = provider.CaFile;
            settings[$"Accounts__{name}__Interval"] = "00:00:10"; // somebody is watching
        }
        return settings;
    }
}
