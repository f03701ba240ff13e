using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Postroom.Tests.Servers.Collect;

/// <summary>
/// A POP3 server that does as RFC 1939 says, except where a script says otherwise. On this machine only, on a port of
/// its own. A script is read from top to bottom:
/// <code>
/// S: +OK the greeting, if it shall differ
/// C: RETR 2            when this comes (* at its end stands for anything; ", once": only the first time) …
/// S: +OK               … this is answered, with CR LF behind it; \r \n \0 \x41 as in C#
/// S+ half a li         the same without CR LF
/// X: drop              the connection ends; also: hang · default · flood TEXT · lines TEXT · repeat 3 TEXT {n}
/// </code>
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly ConcurrentQueue<string> commands = [];
    private readonly List<Task> sessions = [];
    private readonly Task accepting;
    private int hanging;
    private int open;
    private int mostOpen;

    public ScriptedServer(string script = "")
    {
        Script = new(script);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public Script Script { get; set; }

    /// <summary>What CAPA names.</summary>
    public List<string> Capabilities { get; } = ["TOP", "UIDL", "USER", "RESP-CODES"];

    /// <summary>The mailbox: what lies there now.</summary>
    public List<ScriptedLetter> Letters { get; } = [];

    /// <summary>UIDLs of letters that a confirmed QUIT deleted.</summary>
    public ConcurrentQueue<string> Deleted { get; } = [];

    /// <summary>Every command that came, without passwords.</summary>
    public IReadOnlyCollection<string> Commands => commands;

    /// <summary>Sessions in which nothing more will come.</summary>
    public bool IsHanging => Volatile.Read(ref hanging) > 0;

    /// <summary>Most sessions at one time.</summary>
    public int MostSessions => mostOpen;

    /// <summary>The server's certificate; null (default): no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether TLS comes before the greeting; else STLS is offered.</summary>
    public bool ImplicitTls { get; init; }

    public ScriptedServer Add(string uidl, string letter, long? listed = null) => Add(uidl, Encoding.Latin1.GetBytes(letter), listed);

    public ScriptedServer Add(string uidl, byte[] letter, long? listed = null)
    {
        lock (Letters)
            Letters.Add(new(uidl, letter, listed ?? letter.Length));
        return this;
    }

    /// <summary>How often a command came that begins so.</summary>
    public int Count(string command) => commands.Count(c => c.StartsWith(command, StringComparison.OrdinalIgnoreCase));

    public void Forget() => commands.Clear();

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(sessions);
        end.Dispose();
        Certificate?.Dispose();
    }

    internal void Note(string command) => commands.Enqueue(command.StartsWith("PASS ", StringComparison.OrdinalIgnoreCase) ? "PASS" : command);

    internal async Task HangAsync(CancellationToken stop)
    {
        Interlocked.Increment(ref hanging);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }
        finally
        {
            Interlocked.Decrement(ref hanging);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(end.Token);
                sessions.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        var now = Interlocked.Increment(ref open);
        InterlockedMax(now);
        try
        {
            await new ScriptedSession(this, client, end.Token).RunAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    private void InterlockedMax(int now)
    {
        for (int seen; (seen = mostOpen) < now && Interlocked.CompareExchange(ref mostOpen, now, seen) != seen;) ;
    }
}

/// <summary>A letter in the mailbox.</summary>
/// <param name="Uidl">Its unique-id.</param>
/// <param name="Bytes">What RETR hands out, dots not stuffed yet.</param>
/// <param name="Listed">What LIST says of its size.</param>
internal sealed record ScriptedLetter(string Uidl, byte[] Bytes, long Listed);
