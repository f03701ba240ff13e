using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Postroom.Tests.Servers;

/// <summary>TCP ports nobody listens on.</summary>
/// <remarks>
/// Taken from below Linux's range for outgoing connections (32768 and up), and by chance rather than in order: a port
/// stays ours while its server is down, and two test runs on one machine do not meet.
/// </remarks>
internal static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Given = [];

    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_768);
            if (Given.TryAdd(port, true) && IsFree(port))
                return port;
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
