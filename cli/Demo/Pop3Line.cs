using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Postroom.Cli.Demo;

/// <summary>The server's end of a POP3 connection: commands in, replies out, both as lines.</summary>
internal sealed class Pop3Line(Stream stream)
{
    // RFC 2449 §4: a command with its CRLF is at most 255 octets.
    private const int LongestCommand = 255;

    // RFC 1939 §3: a server may hang up only after 10 minutes without a command.
    private static readonly TimeSpan AutoLogout = TimeSpan.FromMinutes(10);

    private readonly PipeReader _commands = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private readonly PipeWriter _replies = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>The next command. Those sent together in one write wait in the buffer until it is their turn (PIPELINING, RFC 2449 §6.6).</summary>
    /// <returns>null when the client hung up or sends what cannot be a command.</returns>
    /// <exception cref="TimeoutException">Ten silent minutes.</exception>
    public async Task<Pop3Command?> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            var read = await _commands.ReadAsync(stop).AsTask().WaitAsync(AutoLogout, stop);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _commands.AdvanceTo(read.Buffer.GetPosition(1, end));
                return Pop3Command.Parse(line);
            }
            if (read.IsCompleted || read.Buffer.Length > LongestCommand) return null;
            _commands.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>A reply of one line.</summary>
    public async Task ReplyAsync(string line, CancellationToken stop)
    {
        Encoding.ASCII.GetBytes($"{line}\r\n", _replies);
        await _replies.FlushAsync(stop);
    }

    /// <summary>A reply of several lines, ended by the line with the dot (RFC 1939 §3).</summary>
    /// <param name="status">The line with +OK.</param>
    /// <param name="content">Lines that all end in CRLF, or nothing; not yet dot-stuffed.</param>
    /// <param name="stop">Gives up.</param>
    public async Task ReplyAsync(string status, ReadOnlyMemory<byte> content, CancellationToken stop)
    {
        Encoding.ASCII.GetBytes($"{status}\r\n", _replies);
        DotStuffing.Write(content.Span, _replies);
        await _replies.FlushAsync(stop);
    }
}
