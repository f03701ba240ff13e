using System.Text;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>250 means that the letter is stored and queued; everything else leaves it with its sender.</summary>
public sealed class PromiseTests(Azurite storage) : IClassFixture<Azurite>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_letter_is_stored_as_it_came_and_queued_with_all_that_is_known()
    {
        await storage.ClearAsync();
        await using var door = await OpenDoor.OpenAsync(storage);
        using var client = await door.ConnectAsync();
        await client.ReadReplyAsync();
        await client.AskAsync("EHLO client.example.org");
        await client.AskAsync("MAIL FROM:<Sender@Example.org> RET=HDRS ENVID=x");
        await client.AskAsync("RCPT TO:<Anna+x@EXAMPLE.com> NOTIFY=NEVER");
        await client.AskAsync("RCPT TO:<postmaster>");
        await client.AskAsync("DATA");
        await client.SendAsync("Message-ID: <1@example.org>\r\nReceived: by x\r\n\r\n..\r\n\r\n.\r\n");
        var reply = await client.ReadReplyAsync();

        var (letter, bytes) = Assert.Single(await door.TakeLettersAsync());
        Assert.Equal($"250 2.0.0 Stored as {letter.Id}", reply);
        Assert.Equal("Message-ID: <1@example.org>\r\nReceived: by x\r\n\r\n.\r\n\r\n", Encoding.ASCII.GetString(bytes));
        Assert.Equal(bytes.Length, letter.Size);
        Assert.Equal("Sender@Example.org", letter.Envelope!.Sender);
        Assert.Equal(["Anna+x@example.com", "postmaster@example.com"], letter.Envelope.Recipients);
        Assert.Equal(("HDRS", "x"), (letter.Envelope.Notices!.Return, letter.Envelope.Notices.EnvelopeId));
        Assert.Equal(new("Anna+x@example.com") { Notify = "NEVER" }, Assert.Single(letter.Envelope.Notices.Recipients));
        Assert.Equal(new() { Host = "mx.example.com", Helo = "client.example.org", Client = "127.0.0.1", Extended = true }, letter.Session);
        Assert.Equal(("<1@example.org>", 1), (letter.MessageId, letter.Evidence.ReceivedCount));
    }

    [Fact]
    public async Task A_letter_of_many_blocks_is_stored_byte_for_byte()
    {
        await storage.ClearAsync();
        await using var door = await OpenDoor.OpenAsync(storage);
        using var client = await door.ConnectAsync();
        await client.BeginLetterAsync();
        var letter = Letter(5_000_000);
        await client.SendAsync(letter);
        await client.SendAsync(".\r\n");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);

        var (stored, bytes) = Assert.Single(await door.TakeLettersAsync());
        Assert.Equal(letter.Length, stored.Size);
        Assert.True(bytes.AsSpan().SequenceEqual(letter));
    }

    [Fact]
    public async Task While_the_store_is_away_the_sender_is_told_to_come_back_and_then_served()
    {
        await using var own = new Azurite { Folder = System.IO.Directory.CreateTempSubdirectory("postroom-azurite-").FullName };
        await own.StartAsync();
        await using var door = await OpenDoor.OpenAsync(own);
        using var client = await door.ConnectAsync();
        await client.BeginLetterAsync();
        await own.StopAsync();
        await client.SendAsync("Subject: x\r\n\r\nx\r\n.\r\n");
        Assert.StartsWith("451 4.3.0", await client.ReadReplyAsync(), StringComparison.Ordinal);

        await own.StartAsync();
        Assert.StartsWith("250", await client.AskAsync("MAIL FROM:<a@example.org>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.AskAsync("RCPT TO:<anna@example.com>"), StringComparison.Ordinal);
        await client.AskAsync("DATA");
        await client.SendAsync("Subject: x\r\n\r\nx\r\n.\r\n");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Single(await door.TakeLettersAsync());
    }

    [Fact]
    public async Task While_the_queue_is_missing_nothing_is_acknowledged()
    {
        await storage.ClearAsync();
        await using var door = await OpenDoor.OpenAsync(storage);
        await door.Storage.Queues.Inbound.Client.DeleteAsync(Stop);
        using var client = await door.ConnectAsync();
        await client.BeginLetterAsync();
        await client.SendAsync("Subject: x\r\n\r\nx\r\n.\r\n");
        Assert.StartsWith("451 4.3.0", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Equal("221 2.0.0 Goodbye", await client.AskAsync("QUIT"));
    }

    [Fact]
    public async Task A_door_that_never_saw_the_directory_turns_nobody_away_for_good()
    {
        await using var own = new Azurite { Folder = System.IO.Directory.CreateTempSubdirectory("postroom-azurite-").FullName };
        await own.StartAsync();
        await own.StopAsync();
        await using var door = await OpenDoor.OpenAsync(own, prepare: false);
        using var client = await door.ConnectAsync();
        await client.ReadReplyAsync();
        await client.AskAsync("HELO client.example.org");
        await client.AskAsync("MAIL FROM:<a@example.org>");
        Assert.StartsWith("451 4.3.0", await client.AskAsync("RCPT TO:<nobody@example.com>"), StringComparison.Ordinal);
        Assert.StartsWith("451 4.3.0", await client.AskAsync("RCPT TO:<anna@example.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_end_the_idle_get_421_and_a_letter_under_way_is_taken()
    {
        await storage.ClearAsync();
        var door = await OpenDoor.OpenAsync(storage);
        using var idle = await door.ConnectAsync();
        await idle.ReadReplyAsync();
        using var busy = await door.ConnectAsync();
        await busy.BeginLetterAsync();
        await busy.SendAsync("Subject: under way\r\n");

        var stopping = door.Door.StopAsync();
        Assert.StartsWith("421 4.3.2", await idle.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Null(await idle.ReadReplyAsync());
        await busy.SendAsync("\r\nx\r\n.\r\n");
        Assert.StartsWith("250", await busy.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("421 4.3.2", await busy.ReadReplyAsync(), StringComparison.Ordinal);
        await stopping;

        Assert.Single(await door.TakeLettersAsync());
        await door.DisposeAsync();
    }

    [Fact]
    public async Task Too_many_connections_of_one_client_are_told_so_and_the_others_go_on()
    {
        await using var door = await OpenDoor.OpenAsync(storage, new Dictionary<string, string> { ["Smtp__MaxConnectionsPerClient"] = "2" });
        using var one = await door.ConnectAsync();
        using var two = await door.ConnectAsync();
        Assert.StartsWith("220", await one.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("220", await two.ReadReplyAsync(), StringComparison.Ordinal);
        using (var three = await door.ConnectAsync())
        {
            Assert.StartsWith("421 4.7.0", await three.ReadReplyAsync(), StringComparison.Ordinal);
            Assert.Null(await three.ReadReplyAsync());
        }

        Assert.Equal("221 2.0.0 Goodbye", await one.AskAsync("QUIT"));
        Assert.Null(await one.ReadReplyAsync());
        Assert.Equal("250 mx.example.com", await two.AskAsync("HELO client.example.org"));
    }

    [Fact]
    public async Task The_client_is_who_the_load_balancer_says_if_it_may_say_so()
    {
        await storage.ClearAsync();
        var believed = new Dictionary<string, string> { ["Smtp__ClientAddress"] = "ProxyProtocol", ["Smtp__ProxyPeers"] = "127.0.0.0/8" };
        Assert.Equal("192.0.2.7", await ClientAsync(believed, "PROXY TCP4 192.0.2.7 192.0.2.1 1025 25\r\n"));
        Assert.Null(await ClientAsync(new() { ["Smtp__ClientAddress"] = "Unknown" }, ""));
        // Not believed: a command like any other, and none that we know.
        var stranger = new Dictionary<string, string> { ["Smtp__ClientAddress"] = "ProxyProtocol", ["Smtp__ProxyPeers"] = "10.0.0.1" };
        await using var door = await OpenDoor.OpenAsync(storage, stranger);
        using var client = await door.ConnectAsync();
        await client.ReadReplyAsync();
        Assert.StartsWith("500", await client.AskAsync("PROXY TCP4 192.0.2.7 192.0.2.1 1025 25"), StringComparison.Ordinal);
        // Believed, and silent about it: hung up.
        await using var behind = await OpenDoor.OpenAsync(storage, believed);
        using var silent = await behind.ConnectAsync();
        await silent.SendAsync("EHLO client.example.org\r\n");
        Assert.Null(await silent.ReadReplyAsync());
    }

    [Fact]
    public async Task Memory_stays_flat_however_large_the_letter()
    {
        await storage.ClearAsync();
        await using var door = await OpenDoor.OpenAsync(storage);
        await SendLargeAsync(door, 1);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await SendLargeAsync(door, 50);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        // All that was ever allocated for it, client included: far less than the letter itself.
        Assert.True(allocated < 20 << 20, $"{allocated:N0} octets for a letter of 50 MB");
        foreach (var blob in await storage.Blobs.GetBlobContainerClient("letters").GetBlobsAsync(cancellationToken: Stop).ToListAsync(Stop))
            await storage.Blobs.GetBlobContainerClient("letters").DeleteBlobAsync(blob.Name, cancellationToken: Stop);
    }

    [Fact]
    public async Task A_certificate_is_read_again_when_its_file_changes_and_an_unusable_one_changes_nothing()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("postroom-certificate-");
        using var authority = new CertificateAuthority(folder.FullName);
        var first = authority.Issue();
        await using var door = await OpenDoor.OpenAsync(storage, new Dictionary<string, string>
        {
            ["Smtp__CertificateFile"] = first.CertificateFile,
            ["Smtp__CertificateKeyFile"] = first.KeyFile,
        });
        Assert.Equal(first.Pin, await ShownAsync(door));

        await File.WriteAllTextAsync(first.KeyFile, "half written", Stop);
        Assert.Equal(first.Pin, await ShownAsync(door));
        var second = authority.Issue();
        File.SetLastWriteTimeUtc(second.CertificateFile, File.GetLastWriteTimeUtc(second.CertificateFile).AddSeconds(1));
        Assert.NotEqual(first.Pin, second.Pin);
        Assert.Equal(second.Pin, await ShownAsync(door));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_sentence()
    {
        await using var door = await OpenDoor.OpenAsync(storage);
        var taken = new Dictionary<string, string> { ["Smtp__Port"] = $"{door.EndPoint.Port}" };

        var refused = await Assert.ThrowsAsync<Postroom.Receive.DoorException>(() => OpenDoor.OpenAsync(storage, taken));

        Assert.StartsWith($"Smtp__Port: the SMTP door cannot listen on {door.EndPoint}.", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ShownAsync(OpenDoor door)
    {
        using var client = await door.ConnectAsync();
        await client.ReadReplyAsync();
        await client.AskAsync("HELO client.example.org");
        Assert.StartsWith("220", await client.AskAsync("STARTTLS"), StringComparison.Ordinal);
        return await client.StartTlsAsync("localhost");
    }

    private async Task<string?> ClientAsync(Dictionary<string, string> settings, string header)
    {
        await using var door = await OpenDoor.OpenAsync(storage, settings);
        using var client = await door.ConnectAsync();
        await client.SendAsync(header);
        await client.BeginLetterAsync();
        await client.SendAsync(".\r\n");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        return Assert.Single(await door.TakeLettersAsync()).Letter.Session!.Client;
    }

    private static async Task SendLargeAsync(OpenDoor door, int megabytes)
    {
        using var client = await door.ConnectAsync();
        await client.BeginLetterAsync();
        var piece = Letter(1 << 20);
        for (var i = 0; i < megabytes; i++)
            await client.SendAsync(piece.AsMemory(0, piece.Length));
        await client.SendAsync(".\r\n");
        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
    }

    // Lines of all lengths, none of which begins with a dot.
    private static byte[] Letter(int size)
    {
        var random = new Random(size);
        var bytes = new byte[size];
        bytes.AsSpan().Fill((byte)'x');
        for (var at = 80; at < size - 2; at += random.Next(2, 900))
            "\r\n"u8.CopyTo(bytes.AsSpan(at));
        "\r\n"u8.CopyTo(bytes.AsSpan(size - 2));
        return bytes[size - 3] == '\r' ? Letter(size - 1) : bytes;
    }
}
