using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Postroom.Connect;

namespace Postroom.Deliver;

/// <summary>The lines between us and an SMTP or LMTP server, over TCP or a socket in the file system, with time limits and TLS.</summary>
internal sealed class SmtpWire : IDisposable
{
    // RFC 5321 §4.5.3.1.5 allows 512 octets a line; nobody needs more lines than an EHLO answer has.
    private const int LongestLine = 4096;
    private const int MostLines = 200;

    private readonly ServerAddress server;
    private readonly Socket socket;
    private readonly byte[] buffer = new byte[LongestLine];
    private Stream stream;
    private int start;
    private int end;

    private SmtpWire(ServerAddress server, Socket socket)
    {
        (this.server, this.socket) = (server, socket);
        stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Whether nobody listens in.</summary>
    public bool IsSecure => stream is SslStream;

    /// <summary>Our own address as a literal (RFC 5321 §4.1.3), for a greeting.</summary>
    public string? LocalLiteral => socket.LocalEndPoint is not IPEndPoint here ? null
        : (here.Address.IsIPv4MappedToIPv6 ? here.Address.MapToIPv4() : here.Address) is { AddressFamily: AddressFamily.InterNetwork } v4 ? $"[{v4}]"
        : $"[IPv6:{here.Address.ToString().Split('%')[0]}]";

    public static async Task<SmtpWire> ConnectAsync(ServerAddress server, TimeSpan limit, CancellationToken stop)
    {
        var socket = server.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await WithinAsync(limit, async token =>
            {
                if (server.SocketPath is { } path)
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                else
                    await socket.ConnectAsync(server.Host, server.Port, token);
            }, stop);
            return new(server, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins TLS. What the server sent before it is nothing we may believe (CVE-2011-0411).</summary>
    public async Task SecureAsync(CertificateCheck check, TimeSpan limit, CancellationToken stop)
    {
        if (end > start)
            throw new InvalidDataException($"{server}: the server, or somebody on the way, sent more before TLS than it was asked for.");
        var tls = new SslStream(stream, leaveInnerStreamOpen: false, check.Accept);
        stream = tls;
        await WithinAsync(limit, async token =>
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = server.Host,
                EnabledSslProtocols = ServerConnection.Protocols,
            }, token);
        }, stop);
    }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan limit, CancellationToken stop) =>
        WithinAsync(limit, async token =>
        {
            await stream.WriteAsync(bytes, token);
        }, stop);

    /// <summary>Sends commands, several at once where the server allows it.</summary>
    public Task SendAsync(string lines, TimeSpan limit, CancellationToken stop) => WriteAsync(Encoding.UTF8.GetBytes(lines), limit, stop);

    public async Task<SmtpReply> ReadAsync(TimeSpan limit, CancellationToken stop)
    {
        List<string> lines = [];
        await WithinAsync(limit, async token =>
        {
            do
            {
                if (lines.Count == MostLines)
                    throw new InvalidDataException($"{server}: the server's reply does not end.");
                lines.Add(await ReadLineAsync(token));
            }
            while (lines[^1] is [>= '2' and <= '5', _, _, '-', ..]);
        }, stop);
        try
        {
            return SmtpReply.Parse(lines);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{server}: {e.Message}", e);
        }
    }

    public void Dispose() => stream.Dispose();

    private async ValueTask<string> ReadLineAsync(CancellationToken stop)
    {
        var seen = 0;
        while (true)
        {
            var found = buffer.AsSpan(start + seen, end - start - seen).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, start, seen + found).TrimEnd('\r');
                start += seen + found + 1;
                return line;
            }

            seen = end - start;
            if (start > 0)
            {
                buffer.AsSpan(start, seen).CopyTo(buffer);
                (start, end) = (0, seen);
            }

            if (end == buffer.Length)
                throw new InvalidDataException($"{server}: the server sent a line without end.");
            var read = await stream.ReadAsync(buffer.AsMemory(end), stop);
            if (read == 0)
                throw new IOException("The server closed the connection.");
            end += read;
        }
    }

    private static async Task WithinAsync(TimeSpan limit, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        either.CancelAfter(limit);
        try
        {
            await work(either.Token);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {limit}.", e);
        }
    }
}
