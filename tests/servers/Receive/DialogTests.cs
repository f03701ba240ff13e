using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>
/// The dialogues in <c>dialogs/*.txt</c>, held with the real door. <c>C:</c> is a line the client sends, <c>C></c> sends
/// exactly what stands there (<c>\r \n \0 \t \\ \x80</c>), <c>S:</c> is the next line the server must answer with <c>*</c> for
/// anything, <c>TLS</c> does the handshake, <c>set NAME=VALUE</c> changes a setting, <c>repeat N</c> repeats the lines up to
/// <c>end</c> with <c>{n}</c> counting, <c>closed</c> expects the end of the connection, <c>letters N</c> counts what was stored.
/// </summary>
public sealed class DialogTests(Azurite storage) : IClassFixture<Azurite>
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Receive", "dialogs");

    public static TheoryData<string> Dialogs =>
        [.. System.IO.Directory.GetFiles(Folder, "*.txt").Select(static f => Path.GetFileNameWithoutExtension(f)!).Order()];

    [Theory]
    [MemberData(nameof(Dialogs))]
    public async Task The_dialogue_goes_as_written(string name)
    {
        await storage.ClearAsync();
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder, name + ".txt"), TestContext.Current.CancellationToken);
        var settings = lines.Where(static l => l.StartsWith("set ", StringComparison.Ordinal))
            .Select(static l => l[4..].Split('=', 2)).ToDictionary(static p => p[0], static p => p[1]);
        await using var door = await OpenDoor.OpenAsync(storage, settings);
        using var client = await door.ConnectAsync();

        foreach (var (number, line) in Unrolled(lines))
            await StepAsync($"{name}.txt line {number}: {line}", line, door, client);
    }

    private static async Task StepAsync(string where, string line, OpenDoor door, SmtpClientSocket client)
    {
        switch (line.Split(' ', 2)[0])
        {
            case "C:":
                await client.SendAsync((line.Length > 3 ? line[3..] : "") + "\r\n");
                break;
            case "C>":
                await client.SendAsync(Raw(line[3..]));
                break;
            case "S:":
                var answer = await client.ReadLineAsync();
                Assert.True(answer is not null && Fits(line[3..], answer), $"{where}\nThe server said: {answer ?? "nothing, it hung up"}");
                break;
            case "TLS":
                await client.StartTlsAsync();
                break;
            case "closed":
                Assert.True(await client.ReadLineAsync() is not { } more, $"{where}\nThe server is still there");
                break;
            case "letters":
                var letters = await door.TakeLettersAsync();
                Assert.True(letters.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) == line[8..], $"{where}\nThere are {letters.Count}");
                break;
            default:
                Assert.Fail($"{where}\nNobody knows what this means.");
                break;
        }
    }

    private static IEnumerable<(int Number, string Line)> Unrolled(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#' || lines[i].StartsWith("set ", StringComparison.Ordinal))
                continue;
            if (!lines[i].StartsWith("repeat ", StringComparison.Ordinal))
            {
                yield return (i + 1, lines[i]);
                continue;
            }

            var end = Array.IndexOf(lines, "end", i);
            var times = int.Parse(lines[i][7..], System.Globalization.CultureInfo.InvariantCulture);
            for (var n = 1; n <= times; n++)
            {
                for (var k = i + 1; k < end; k++)
                    yield return (k + 1, lines[k].Replace("{n}", $"{n}", StringComparison.Ordinal));
            }

            i = end;
        }
    }

    private static bool Fits(string pattern, string answer) =>
        Regex.IsMatch(answer, "^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal) + "$");

    private static byte[] Raw(string text)
    {
        using var bytes = new MemoryStream();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                bytes.Write(Encoding.UTF8.GetBytes(text[i].ToString()));
                continue;
            }

            var escape = text[++i];
            if (escape == 'x')
            {
                bytes.WriteByte(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.WriteByte((byte)(escape switch { 'r' => '\r', 'n' => '\n', 't' => '\t', '0' => '\0', _ => escape }));
            }
        }

        return bytes.ToArray();
    }
}
