using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Postroom.Tests.Servers.Collect;

/// <summary>One session with a scripted server.</summary>
internal sealed class ScriptedSession(ScriptedServer server, TcpClient client, CancellationToken stop)
{
    private readonly HashSet<ScriptedLetter> marked = [];
    private readonly List<byte> unread = [];
    private List<ScriptedLetter> letters = [];
    private Stream stream = client.GetStream();

    public async Task RunAsync()
    {
        if (server is { Certificate: not null, ImplicitTls: true })
            await SecureAsync();
        if (server.Script.Greeting is { } greeting)
        {
            if (!await PlayAsync(greeting))
                return;
        }
        else
        {
            await SayAsync("+OK ready\r\n");
        }

        while (await ReadLineAsync() is { } command)
        {
            server.Note(command);
            if (server.Script.Find(command) is { } acts)
            {
                if (!await PlayAsync(acts))
                    return;
                if (!acts.Any(static a => a.What == "default"))
                    continue;
            }

            if (!await AnswerAsync(command))
                return;
        }
    }

    /// <returns>Whether the session goes on.</returns>
    private async Task<bool> PlayAsync(IReadOnlyList<Script.Act> acts)
    {
        foreach (var (what, text) in acts)
        {
            switch (what)
            {
                case "say":
                    await SayAsync(text);
                    break;
                case "flood":
                    await FloodAsync(text);
                    return false;
                case "lines":
                    await FloodAsync(text + "\r\n");
                    return false;
                case "repeat":
                    var words = text.Split(' ', 2);
                    var count = int.Parse(words[0], CultureInfo.InvariantCulture);
                    for (var n = 1; n <= count;)
                    {
                        var chunk = new StringBuilder();
                        for (var i = 0; i < 1000 && n <= count; i++, n++)
                            chunk.Append(words[1].Replace("{n}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)).Append("\r\n");
                        await SayAsync(chunk.ToString());
                    }

                    break;
                case "hang":
                    // Until the client gives up.
                    using (var gone = CancellationTokenSource.CreateLinkedTokenSource(stop))
                    {
                        var watching = WatchAsync(gone);
                        try
                        {
                            await server.HangAsync(gone.Token);
                        }
                        finally
                        {
                            await watching;
                        }
                    }

                    return false;
                case "drop":
                    client.Client.LingerState = new(true, 0);
                    return false;
                case "end":
                    return false;
                case "default":
                    break;
                default:
                    throw new FormatException($"Nobody knows how to \"{what}\".");
            }
        }

        return true;
    }

    private async Task WatchAsync(CancellationTokenSource gone)
    {
        try
        {
            while (await stream.ReadAsync(new byte[256], stop) > 0) ;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // As good as an end.
        }

        await gone.CancelAsync();
    }

    private async Task FloodAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(text, 16_384 / text.Length + 1)));
        while (true)
            await stream.WriteAsync(bytes, stop);
    }

    /// <returns>Whether the session goes on.</returns>
    private async Task<bool> AnswerAsync(string command)
    {
        var words = command.Split(' ');
        var letter = words.Length > 1 && int.TryParse(words[1], CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= letters.Count ? letters[number - 1] : null;
        switch (words[0].ToUpperInvariant())
        {
            case "CAPA":
                var capabilities = server.Capabilities.AsEnumerable();
                if (server.Certificate is not null && stream is not SslStream)
                    capabilities = capabilities.Append("STLS");
                await SayAsync("+OK\r\n" + string.Concat(capabilities.Select(static c => c + "\r\n")) + ".\r\n");
                break;
            case "STLS":
                await SayAsync("+OK go on\r\n");
                await SecureAsync();
                break;
            case "USER":
                await SayAsync("+OK\r\n");
                break;
            case "PASS":
                lock (server.Letters)
                    letters = [.. server.Letters];
                await SayAsync("+OK welcome\r\n");
                break;
            case "STAT":
                await SayAsync($"+OK {letters.Count} {letters.Sum(static l => l.Listed)}\r\n");
                break;
            case "LIST":
                await SayAsync("+OK\r\n" + Numbered(static l => l.Listed.ToString(CultureInfo.InvariantCulture)) + ".\r\n");
                break;
            case "UIDL" when letter is not null:
                await SayAsync($"+OK {words[1]} {letter.Uidl}\r\n");
                break;
            case "UIDL" when words.Length == 1 && server.Capabilities.Contains("UIDL"):
                await SayAsync("+OK\r\n" + Numbered(static l => l.Uidl) + ".\r\n");
                break;
            case "TOP" when letter is not null:
                var header = letter.Bytes.AsSpan().IndexOf("\r\n\r\n"u8);
                await SayAsync("+OK\r\n");
                await SayLetterAsync(header < 0 ? letter.Bytes : letter.Bytes[..(header + 4)]);
                break;
            case "RETR" when letter is not null:
                await SayAsync("+OK\r\n");
                await SayLetterAsync(letter.Bytes);
                break;
            case "DELE" when letter is not null:
                marked.Add(letter);
                await SayAsync("+OK\r\n");
                break;
            case "NOOP":
                await SayAsync("+OK\r\n");
                break;
            case "QUIT":
                lock (server.Letters)
                    server.Letters.RemoveAll(marked.Contains);
                foreach (var deleted in marked)
                    server.Deleted.Enqueue(deleted.Uidl);
                await SayAsync("+OK bye\r\n");
                return false;
            default:
                await SayAsync("-ERR what?\r\n");
                break;
        }

        return true;
    }

    private string Numbered(Func<ScriptedLetter, string> what)
    {
        var text = new StringBuilder();
        for (var i = 0; i < letters.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i + 1} ").Append(what(letters[i])).Append("\r\n");
        return text.ToString();
    }

    private async Task SayLetterAsync(byte[] letter)
    {
        var text = Encoding.Latin1.GetString(letter).Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        if (text.StartsWith('.'))
            text = "." + text;
        await SayAsync(text + (text.EndsWith("\r\n", StringComparison.Ordinal) ? "" : "\r\n") + ".\r\n");
    }

    private async Task SayAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop);

    private async Task<string?> ReadLineAsync()
    {
        var buffer = new byte[4096];
        int feed;
        while ((feed = unread.IndexOf((byte)'\n')) < 0)
        {
            var read = await stream.ReadAsync(buffer, stop);
            if (read == 0)
                return null;
            unread.AddRange(buffer.AsSpan(0, read));
        }

        var line = Encoding.UTF8.GetString([.. unread[..feed]]).TrimEnd('\r');
        unread.RemoveRange(0, feed + 1);
        return line;
    }

    private async Task SecureAsync()
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = server.Certificate }, stop);
        stream = tls;
    }
}
