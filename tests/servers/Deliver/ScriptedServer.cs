using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>
/// A server that says what a script says and hears what it expects, one script for each connection in turn. For what real
/// servers do only on bad days.
/// </summary>
/// <remarks>
/// <c>S: text</c> it says · <c>C: text</c> it must hear, a <c>*</c> stands for anything · <c>LETTER</c> it reads up to the
/// final dot · <c>PIECE</c> it reads a little of the letter · <c>TLS</c> it goes over to TLS · <c>HANG UP</c> ·
/// <c>SILENCE</c> until the client goes. A connection the scripts do not foresee is hung up on.
/// </remarks>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("postroom-scripted-").FullName;
    private readonly X509Certificate2 certificate;
    private readonly CancellationTokenSource end = new();
    private readonly Task running;
    private readonly List<string> complaints = [];

    public ScriptedServer(params string[] scripts)
    {
        using var authority = new CertificateAuthority(folder);
        var issued = authority.Issue();
        CaFile = authority.CaFile;
        certificate = X509Certificate2.CreateFromPemFile(issued.CertificateFile, issued.KeyFile);
        listener.Start();
        running = RunAsync(scripts);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string CaFile { get; }

    /// <summary>Connections made so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Letters read, as they came over the wire, without the final dot.</summary>
    public List<string> Letters { get; } = [];

    /// <summary>Ends it; fails if a client said anything the scripts do not foresee.</summary>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await running;
        certificate.Dispose();
        end.Dispose();
        System.IO.Directory.Delete(folder, recursive: true);
        Assert.Empty(complaints);
    }

    private async Task RunAsync(string[] scripts)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(end.Token);
                var number = Connections++;
                if (number < scripts.Length)
                    await PlayAsync(client, scripts[number]);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException && end.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task PlayAsync(TcpClient client, string script)
    {
        Stream stream = client.GetStream();
        try
        {
            foreach (var line in script.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                switch (line)
                {
                    case "TLS":
                        var tls = new SslStream(stream);
                        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, end.Token);
                        stream = tls;
                        break;
                    case "LETTER":
                        Letters.Add(await UntilDotAsync(stream));
                        break;
                    case "PIECE":
                        await stream.ReadExactlyAsync(new byte[1000], end.Token);
                        break;
                    case "SILENCE":
                        while (await stream.ReadAsync(new byte[1000], end.Token) > 0) ;
                        break;
                    case "HANG UP":
                        // At once and for good, whatever is still on its way.
                        client.Client.LingerState = new(true, 0);
                        return;
                    case ['S', ':', ' ', .. var said]:
                        await stream.WriteAsync(Encoding.UTF8.GetBytes(said.Replace("\t", "\r\n", StringComparison.Ordinal) + "\r\n"), end.Token);
                        break;
                    case ['C', ':', ' ', .. var expected]:
                        var heard = await LineAsync(stream);
                        if (heard is null || !Fits(heard, expected))
                            complaints.Add($"expected \"{expected}\", heard \"{heard}\"");
                        break;
                    default:
                        throw new InvalidOperationException(line);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            if (!end.IsCancellationRequested)
                complaints.Add(e.Message);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private static bool Fits(string heard, string expected) =>
        expected.Split('*') is [var start, var rest] ? heard.StartsWith(start, StringComparison.Ordinal) && heard.EndsWith(rest, StringComparison.Ordinal) : heard == expected;

    private async Task<string?> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, end.Token) > 0)
        {
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }

    private async Task<string> UntilDotAsync(Stream stream)
    {
        var letter = new StringBuilder();
        var one = new byte[1];
        while (!letter.ToString().EndsWith("\r\n.\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, end.Token) > 0)
            letter.Append((char)one[0]);
        return letter.ToString()[..^3];
    }
}
