using System.Net;
using System.Net.Sockets;
using Postroom.Receive.Protocol;
using Postroom.Settings;

namespace Postroom.Receive.Policy;

/// <summary>How many connections there are, in all and from each client.</summary>
internal sealed class ConnectionCount(SmtpSettings settings)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> clients = [];
    private int all;

    /// <summary>Connections now.</summary>
    public int All => Volatile.Read(ref all);

    /// <summary>Lets one more in, or says why not. One that was let in must <see cref="Leave"/>.</summary>
    /// <param name="client">Null if nobody knows: then it counts among all only.</param>
    public Reply? Enter(IPAddress? client)
    {
        lock (gate)
        {
            if (all >= settings.MaxConnections)
                return Replies.TooManyConnections;
            if (client is not null)
            {
                var key = Household(client);
                var before = clients.GetValueOrDefault(key);
                if (settings.MaxConnectionsPerClient > 0 && before >= settings.MaxConnectionsPerClient)
                    return Replies.TooManyFromYou;
                clients[key] = before + 1;
            }

            all++;
            return null;
        }
    }

    /// <summary>One that was let in is gone.</summary>
    public void Leave(IPAddress? client)
    {
        lock (gate)
        {
            all--;
            if (client is null)
                return;
            var key = Household(client);
            if (--clients[key] == 0)
                clients.Remove(key);
        }
    }

    // An IPv6 customer is given 64 bits of addresses at least (RFC 6177 §2).
    private static IPAddress Household(IPAddress client)
    {
        if (client.AddressFamily != AddressFamily.InterNetworkV6)
            return client;
        var bytes = client.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new(bytes);
    }
}
