using System.Text;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>Every known way to end a letter falsely, against the real door: it leaves no letter, and never a second dialogue.</summary>
public sealed class EndOfDataTests(Azurite storage) : IClassFixture<Azurite>
{
    private const string Smuggled = "MAIL FROM:<evil@example.org>\r\nRCPT TO:<ben@example.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n";

    [Fact]
    public async Task No_trick_ends_a_letter_at_any_packet_border()
    {
        await using var door = await OpenDoor.OpenAsync(storage);
        foreach (var trick in Unit.Receive.SmugglingTricks.All)
        {
            // Whole, and with a packet's end before each byte of the trick.
            for (var cut = 0; cut <= trick.Data.Length; cut++)
            {
                using var client = await door.ConnectAsync();
                await client.BeginLetterAsync();
                await client.SendAsync(Encoding.Latin1.GetBytes("Subject: outer\r\n\r\nhello" + trick.Data[..cut]));
                // The door has taken the first part when it is asked for nothing else for a moment; a test needs no more.
                await Task.Yield();
                await client.SendAsync(Encoding.Latin1.GetBytes(trick.Data[cut..] + Smuggled + "\r\n.\r\n"));
                var reply = await client.ReadReplyAsync();
                Assert.True(reply?.StartsWith("550 5.5.2", StringComparison.Ordinal) == true, $"{Convert.ToHexString(Encoding.Latin1.GetBytes(trick.Data))} cut at {cut}: {reply}");
                Assert.Equal("221 2.0.0 Goodbye", await client.AskAsync("QUIT"));
                Assert.Null(await client.ReadLineAsync());
            }
        }

        Assert.Empty(await door.TakeLettersAsync());
    }

    [Fact]
    public async Task The_end_is_found_at_every_packet_border_and_the_letter_is_whole()
    {
        await using var door = await OpenDoor.OpenAsync(storage);
        const string sent = "Subject: x\r\n\r\n..dots\r\n.\r\nNOOP\r\n";
        for (var cut = 0; cut < sent.Length; cut++)
        {
            using var client = await door.ConnectAsync();
            await client.BeginLetterAsync();
            await client.SendAsync(sent[..cut]);
            await client.SendAsync(sent[cut..]);
            Assert.StartsWith("250 2.0.0 Stored as", await client.ReadReplyAsync(), StringComparison.Ordinal);
            Assert.Equal("250 2.0.0 OK", await client.ReadReplyAsync());
        }

        var letters = await door.TakeLettersAsync();
        Assert.Equal(sent.Length, letters.Count);
        Assert.All(letters, static l => Assert.Equal("Subject: x\r\n\r\n.dots\r\n", Encoding.ASCII.GetString(l.Bytes)));
    }

    [Fact]
    public async Task A_client_that_vanishes_in_the_middle_leaves_nothing()
    {
        await storage.ClearAsync();
        await using var door = await OpenDoor.OpenAsync(storage);
        using (var client = await door.ConnectAsync())
        {
            await client.BeginLetterAsync();
            // Enough for blocks to have gone ahead.
            await client.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 500) + "\r\n", 4000))));
            client.Shutdown();
            Assert.Null(await client.ReadReplyAsync());
        }

        Assert.Empty(await door.TakeLettersAsync());
        Assert.Empty(await storage.Blobs.GetBlobContainerClient("letters").GetBlobsAsync(cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }
}
