using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Postroom.Cli.Demo;

/// <summary>A sending mail server that has one letter to hand over.</summary>
internal static class SampleSender
{
    /// <summary>Hands it over, and says so if it was not taken.</summary>
    /// <exception cref="InvalidDataException">The door gave another answer than expected; the text holds it.</exception>
    public static async Task SendAsync(IPEndPoint door, string sender, string recipient, SampleLetter letter, CancellationToken stop)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(door, stop);
        await using var stream = client.GetStream();
        using var replies = new StreamReader(stream, Encoding.ASCII);
        await ExpectAsync("220");
        await SayAsync("HELO mail.garten.example", "250");
        await SayAsync($"MAIL FROM:<{sender}>", "250");
        await SayAsync($"RCPT TO:<{recipient}>", "250");
        await SayAsync("DATA", "354");
        // SMTP doubles dots as POP3 does (RFC 5321 §4.5.2).
        var stuffed = new ArrayBufferWriter<byte>();
        DotStuffing.Write(letter.Content.Span, stuffed);
        await stream.WriteAsync(stuffed.WrittenMemory, stop);
        await ExpectAsync("250");
        await SayAsync("QUIT", "221");

        async Task SayAsync(string line, string expected)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), stop);
            await ExpectAsync(expected);
        }

        async Task ExpectAsync(string expected)
        {
            var reply = await replies.ReadLineAsync(stop) ?? "nothing";
            if (!reply.StartsWith(expected, StringComparison.Ordinal))
                throw new InvalidDataException($"The SMTP door did not take the sample letter. It said: {reply}");
        }
    }
}
