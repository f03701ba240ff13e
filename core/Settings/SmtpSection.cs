using System.Globalization;
using System.Net;
using Postroom.Mail;

namespace Postroom.Settings;

/// <summary>The settings of the SMTP door, read and checked.</summary>
internal static class SmtpSection
{
    public static SmtpSettings Read(SettingSection section, string folder)
    {
        var otherwise = new SmtpSettings { HostName = HostName(section) };
        var source = section.Choice("ClientAddress", otherwise.ClientAddress);
        var peers = section.List("ProxyPeers").Select(text => Network(section, text)).OfType<IPNetwork>().ToList();
        if (source == ClientAddressSource.ProxyProtocol && !section.Has("ProxyPeers"))
            section.Problem("ProxyPeers", "is missing. Write the address or network of the load balancer, such as 10.0.0.0/24: nobody else is believed.");
        else if (source != ClientAddressSource.ProxyProtocol && section.Has("ProxyPeers"))
            section.Problem("ProxyPeers", "counts only with Smtp__ClientAddress = ProxyProtocol. Remove it, or change that.");
        if (section.Has("CertificateKeyFile") && !section.Has("CertificateFile"))
            section.Problem("CertificateFile", "is missing. Write the certificate that belongs to Smtp__CertificateKeyFile.");
        return otherwise with
        {
            Enabled = section.YesNo("Enabled", otherwise.Enabled),
            Address = Address(section, otherwise.Address),
            Port = (int)section.Number("Port", otherwise.Port, 0, 65535),
            CertificateFile = PathOf(section, "CertificateFile", folder),
            CertificateKeyFile = PathOf(section, "CertificateKeyFile", folder),
            MaxLetterBytes = section.Number("MaxLetterBytes", otherwise.MaxLetterBytes, 100_000, 2_000_000_000, " octets"),
            MaxRecipients = (int)section.Number("MaxRecipients", otherwise.MaxRecipients, 100, 1000),
            MaxLettersPerConnection = (int)section.Number("MaxLettersPerConnection", otherwise.MaxLettersPerConnection, 1, 100_000),
            MaxConnections = (int)section.Number("MaxConnections", otherwise.MaxConnections, 1, 20_000),
            MaxConnectionsPerClient = (int)section.Number("MaxConnectionsPerClient", otherwise.MaxConnectionsPerClient, 0, 20_000),
            MaxHops = (int)section.Number("MaxHops", otherwise.MaxHops, 100, 1000),
            ClientAddress = source,
            ProxyPeers = peers,
            CommandTimeout = section.Time("CommandTimeout", otherwise.CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            DataTimeout = section.Time("DataTimeout", otherwise.DataTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            HealthPort = (int)section.Number("HealthPort", otherwise.HealthPort, 0, 65535),
        };
    }

    private static string HostName(SettingSection section)
    {
        if (section.Text("HostName") is not { } text)
            return DomainName.TryNormalise(Environment.MachineName, out var machine) ? machine : "localhost";
        if (DomainName.TryNormalise(text, out var name) && !name.StartsWith('['))
            return name;
        section.Problem("HostName", $"\"{text}\" is not a host name. Write the name in the MX record, such as mail.example.com.");
        return "localhost";
    }

    private static IPAddress Address(SettingSection section, IPAddress otherwise)
    {
        if (section.Text("Address") is not { } text)
            return otherwise;
        if (IPAddress.TryParse(text, out var address))
            return address;
        section.Problem("Address", $"\"{text}\" is not an address. Write 127.0.0.1 for this machine only, 0.0.0.0 for all.");
        return otherwise;
    }

    private static IPNetwork? Network(SettingSection section, string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        section.Problem("ProxyPeers", string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is neither an address nor a network. Write such as 10.0.0.4 or 10.0.0.0/24."));
        return null;
    }

    // Whether the certificate can be used is for the door to say: elsewhere the file need not be.
    private static string? PathOf(SettingSection section, string setting, string folder) =>
        section.Text(setting) is { } text ? Path.GetFullPath(text, folder) : null;
}
