using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>
/// Writes letters into Maildirs, one for each mailbox: <c>tmp</c>, fsync, link into <c>new</c>, fsync the folder. The
/// file's name is the letter's id, so a repetition meets its own work instead of making a second copy.
/// </summary>
internal sealed class MaildirTarget(Target target) : IDeliveryTarget
{
    private const string NameEnd = ".postroom";

    public async Task<DeliveryOutcome> DeliverAsync(DeliverLetter letter, ReadOnlyMemory<byte> headers, Stream bytes, CancellationToken stop)
    {
        var maildir = Folder(letter.Mailbox);
        var name = letter.Id + NameEnd;
        var final = Path.Combine(maildir, "new", name);
        try
        {
            foreach (var part in new[] { "tmp", "new", "cur" })
                System.IO.Directory.CreateDirectory(Path.Combine(maildir, part));
            // A mail reader moves what it has seen into cur and appends flags.
            if (letter.Repeat && System.IO.Directory.EnumerateFiles(Path.Combine(maildir, "cur"), name + "*").FirstOrDefault() is { } read)
                return new DeliveryOutcome.Delivered(read);

            var temporary = Path.Combine(maildir, "tmp", $"{name}.{Environment.ProcessId}.{Guid.CreateVersion7():N}");
            try
            {
                await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 65536, FileOptions.Asynchronous))
                {
                    await file.WriteAsync(headers, stop);
                    await bytes.CopyToAsync(file, stop);
                    await file.FlushAsync(stop);
                    if (file.Length != headers.Length + letter.Size)
                        return new DeliveryOutcome.Deferred($"Read {file.Length - headers.Length} of {letter.Size} octets of the stored letter.");
                    file.Flush(flushToDisk: true);
                }

                // Dovecot and others show the file's time as the time of reception.
                File.SetLastWriteTimeUtc(temporary, letter.Received.UtcDateTime);
                DurableLink.Publish(temporary, final);
            }
            finally
            {
                File.Delete(temporary);
            }

            return new DeliveryOutcome.Delivered(final);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Full disk, missing share, wrong owner: all of it can be mended while the letter waits.
            return new DeliveryOutcome.Deferred($"{maildir}: {e.Message}");
        }
    }

    private string Folder(string mailbox) =>
        target.Path.Contains(Target.Placeholder, StringComparison.Ordinal)
            ? Target.For(mailbox, target.Path)
            : Path.Combine(target.Path, mailbox);
}
