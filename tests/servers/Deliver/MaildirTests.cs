using System.Text;
using Postroom.Deliver;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>Letters in a real file system: whole or not at all, once, and byte for byte.</summary>
public sealed class MaildirTests : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("postroom-maildir-").FullName;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Any_bytes_lie_below_our_headers_as_they_came()
    {
        byte[] odd = [0, 13, 10, 10, 13, 255, .. "no header at all"u8, 0, 46];
        var delivered = Assert.IsType<DeliveryOutcome.Delivered>(await DeliverAsync(Letter("odd", odd.Length), odd));

        var file = await File.ReadAllBytesAsync(delivered.Answer, Stop);
        Assert.Equal([.. "X-Top: 1\r\n"u8, .. odd], file);
        Assert.Equal(Path.Combine(folder, "anna", "new"), Path.GetDirectoryName(delivered.Answer));
        Assert.Empty(System.IO.Directory.EnumerateFiles(Path.Combine(folder, "anna", "tmp")));
    }

    [Fact]
    public async Task The_same_letter_again_makes_no_second_copy()
    {
        await DeliverAsync(Letter("twice", 5), "first"u8.ToArray());
        Assert.IsType<DeliveryOutcome.Delivered>(await DeliverAsync(Letter("twice", 5), "first"u8.ToArray()));

        Assert.Single(Files());
    }

    [Fact]
    public async Task A_repetition_after_the_letter_was_read_makes_no_second_copy()
    {
        var first = (DeliveryOutcome.Delivered)await DeliverAsync(Letter("read", 4), "text"u8.ToArray());
        File.Move(first.Answer, Path.Combine(folder, "anna", "cur", Path.GetFileName(first.Answer) + ":2,S"));

        Assert.IsType<DeliveryOutcome.Delivered>(await DeliverAsync(Letter("read", 4) with { Repeat = true }, "text"u8.ToArray()));

        Assert.Single(Files());
    }

    [Fact]
    public async Task A_letter_that_breaks_off_is_put_off_and_leaves_nothing_behind()
    {
        var outcome = Assert.IsType<DeliveryOutcome.Deferred>(await DeliverAsync(Letter("short", 100), "only this"u8.ToArray()));

        Assert.Contains("9 of 100 octets", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_puts_the_letter_off_in_the_system_s_words()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "anna"), "a file where the Maildir should be", Stop);

        var outcome = Assert.IsType<DeliveryOutcome.Deferred>(await DeliverAsync(Letter("blocked", 1), "x"u8.ToArray()));

        Assert.Contains(Path.Combine(folder, "anna"), outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_s_time_is_the_time_of_reception()
    {
        var letter = Letter("time", 1);
        var delivered = (DeliveryOutcome.Delivered)await DeliverAsync(letter, "x"u8.ToArray());

        Assert.Equal(letter.Received.UtcDateTime, File.GetLastWriteTimeUtc(delivered.Answer));
    }

    [Fact]
    public async Task Two_workers_with_the_same_letter_leave_one_whole_copy()
    {
        var body = Encoding.ASCII.GetBytes(new string('x', 200_000));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => DeliverAsync(Letter("race", body.Length), body)));

        Assert.All(outcomes, static o => Assert.IsType<DeliveryOutcome.Delivered>(o));
        Assert.Equal(body.Length + "X-Top: 1\r\n".Length, new FileInfo(Assert.Single(Files())).Length);
    }

    private Task<DeliveryOutcome> DeliverAsync(DeliverLetter letter, byte[] bytes) =>
        new MaildirTarget(new() { Name = "default", Path = folder }).DeliverAsync(letter, "X-Top: 1\r\n"u8.ToArray(), new MemoryStream(bytes), Stop);

    private string[] Files() => System.IO.Directory.Exists(Path.Combine(folder, "anna"))
        ? System.IO.Directory.GetFiles(Path.Combine(folder, "anna"), "*", SearchOption.AllDirectories)
        : [];

    private static DeliverLetter Letter(string id, long size) => new()
    {
        Id = id, Blob = id + ".eml", Size = size, Received = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero), Mailbox = "anna", Target = "default",
        DecidedBy = "account", Reason = "", Desks = ["anna"],
    };
}
