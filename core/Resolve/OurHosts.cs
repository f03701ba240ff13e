using System.Net;
using System.Net.Sockets;

namespace Postroom.Resolve;

/// <summary>The provider's receiving hosts, as configured: names, <c>.domains</c> for any host below, and addresses.</summary>
internal sealed class OurHosts
{
    private readonly List<string> _names = [];
    private readonly List<string> _below = [];
    private readonly List<string> _organisations = [];
    private readonly List<IPAddress> _addresses = [];

    public OurHosts(IReadOnlyList<string> hosts)
    {
        foreach (var text in hosts)
        {
            var host = text.Trim().TrimEnd('.');
            if (host.TrimStart('.').Length == 0)
                continue;
            if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            {
                _addresses.Add(address);
                continue;
            }
            if (host[0] == '.')
                _below.Add(host);
            else
                _names.Add(host);

            var labels = host.TrimStart('.').Split('.');
            _organisations.Add("." + (host[0] == '.' || labels.Length < 3 ? host.TrimStart('.') : string.Join('.', labels.Skip(1))));
        }
    }

    public bool Any => _names.Count + _below.Count + _addresses.Count > 0;

    /// <summary>Whether a host name (or an address literal) is configured.</summary>
    public bool Contains(string host)
    {
        host = host.TrimEnd('.');
        return _names.Exists(n => host.Equals(n, StringComparison.OrdinalIgnoreCase))
            || _below.Exists(b => host.Length > b.Length && host.EndsWith(b, StringComparison.OrdinalIgnoreCase))
            || (host.StartsWith('[') && IPAddress.TryParse(host.Trim('[', ']'), out var address) && _addresses.Contains(address));
    }

    /// <summary>Whether a host lies in the domain of a configured one: <c>mx2.provider.example</c> beside <c>mx1.provider.example</c>.</summary>
    public bool IsNear(string host) =>
        _organisations.Exists(o => ("." + host.TrimEnd('.')).EndsWith(o, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a peer is one of ours: the host itself, a configured one, or a nameless one in a private network.</summary>
    public bool Contains(ReceivedLine.Peer peer)
    {
        if (peer.Address is not { } address)
            return false;
        if (IPAddress.IsLoopback(address) || _addresses.Contains(address))
            return true;
        // Who stands in the provider's private network did not come from the Internet; but a name is the better witness.
        return peer.Name.Length > 0 ? Contains(peer.Name) : IsPrivate(address);
    }

    /// <summary>Whether a peer is surely a stranger: not ours, not in a private network and not in the domain of a host of ours.</summary>
    public bool IsStranger(ReceivedLine.Peer peer) =>
        !Contains(peer)
        && !(peer.Name.Length > 0 && IsNear(peer.Name))
        && !(peer.Address is { } address && IsPrivate(address));

    /// <summary>RFC 1918 §3 and RFC 4193 §3.</summary>
    private static bool IsPrivate(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6UniqueLocal;
        var bytes = address.GetAddressBytes();
        return bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and <= 31) || (bytes[0] == 192 && bytes[1] == 168);
    }
}
