using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Postroom.Receive.Network;
using Postroom.Receive.Protocol;
using Postroom.Settings;

namespace Postroom.Receive;

/// <summary>Stands at the door: finds out who comes, counts, leads the dialogue, and writes one line about it.</summary>
internal sealed partial class DialogHandler(Office office) : ConnectionHandler
{
    private static readonly TimeSpan ProxyTimeout = TimeSpan.FromSeconds(10);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        await using var wire = new Wire(connection, office.Time, office.Closing);
        var client = "";
        var letters = 0;
        string outcome;
        try
        {
            var (known, address) = await ClientAsync(connection, wire);
            client = address?.ToString() ?? "hidden";
            if (!known)
            {
                outcome = "no PROXY header";
            }
            else if (office.Connections.Enter(address) is { } refusal)
            {
                wire.Write(refusal);
                wire.Arm(ProxyTimeout);
                await wire.FlushAsync();
                outcome = refusal.Text;
            }
            else
            {
                try
                {
                    var dialog = new SmtpDialog(office, wire, address);
                    try
                    {
                        await dialog.RunAsync();
                    }
                    finally
                    {
                        letters = dialog.Letters;
                    }

                    outcome = dialog.Outcome;
                }
                finally
                {
                    office.Connections.Leave(address);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException)
        {
            // A client may vanish, or fail at TLS, at any moment: nothing is half done that would count.
            outcome = $"the connection broke ({e.GetType().Name})";
        }
        catch (Exception e)
        {
            LogSurprise(office.Log, e, client);
            outcome = "an error of ours";
            await ApologiseAsync(wire);
        }

        LogSession(office.Log, client, letters, outcome, wire.Cipher ?? "plain");
    }

    private async ValueTask<(bool Known, IPAddress? Address)> ClientAsync(ConnectionContext connection, Wire wire)
    {
        if (office.Settings.ClientAddress == ClientAddressSource.Unknown)
            return (true, null);
        var socket = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (socket is { IsIPv4MappedToIPv6: true })
            socket = socket.MapToIPv4();
        if (office.Settings.ClientAddress == ClientAddressSource.Socket || socket is null || !office.Settings.ProxyPeers.Any(p => p.Contains(socket)))
            return (true, socket);

        wire.Arm(ProxyTimeout);
        while (await wire.MoreAsync(mayInterrupt: true))
        {
            var buffer = wire.Buffer;
            var read = ProxyHeader.TryRead(ref buffer, out var client);
            wire.Buffer = buffer;
            if (read is { } well)
                return (well, client is { IsIPv4MappedToIPv6: true } ? client.MapToIPv4() : client ?? socket);
        }

        return (false, socket);
    }

    private static async Task ApologiseAsync(Wire wire)
    {
        try
        {
            wire.Arm(TimeSpan.FromSeconds(10));
            wire.Write(Replies.Broken);
            await wire.FlushAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            // Gone too.
        }
    }

    [LoggerMessage(EventId = 205, Level = LogLevel.Information, Message = "Client {Client}: {Letters} letters, {Outcome}, {Protection}")]
    private static partial void LogSession(ILogger log, string client, int letters, string outcome, string protection);

    [LoggerMessage(EventId = 206, Level = LogLevel.Error, Message = "The dialogue with {Client} ended in an error of ours")]
    private static partial void LogSurprise(ILogger log, Exception e, string client);
}
