using Microsoft.Extensions.Logging;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Receive.Network;
using Postroom.Receive.Protocol;
using Postroom.Store;

namespace Postroom.Receive;

/// <summary>
/// Takes one letter after DATA: from the wire through the header scanner into the store, block by block. Whatever becomes
/// of it, everything up to its true end is read, so that no byte of a letter is ever taken for a command.
/// </summary>
internal sealed partial class LetterIntake(Office office, Wire wire)
{
    // All tries of the SDK together, for a block or for the last step. Senders wait 10 min after the dot by the standard
    // (RFC 5321 §4.5.3.2.6), many only one; what takes longer than they wait arrives twice.
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(45);

    // A drip of bytes must not hold a connection for ever: after a minute this many octets a second are due.
    private const int LeastPace = 100;
    private static readonly TimeSpan PaceFrom = TimeSpan.FromMinutes(1);

    private readonly string id = LetterId.Fresh(office.Time);
    private readonly HeaderScanner scanner = new(CandidateHeaders.Always);
    private byte[]? nowhere;
    private DataReader data;
    private long size;
    private bool failed;

    /// <summary>The letter's id.</summary>
    public string Id => id;

    /// <summary>Octets read.</summary>
    public long Size => size;

    /// <summary>Takes the letter.</summary>
    /// <returns>What to answer: null means 250, the letter is ours now. False as second value: the connection ended first.</returns>
    public async Task<(Reply? Objection, bool Ended)> ReceiveAsync(Transaction transaction, DoorSession session)
    {
        using var upload = office.Storage.Letters.Begin(LetterStore.BlobName(id), StorePatience, office.Time);
        if (!await ReadAsync(upload))
            return (null, false);
        wire.Disarm();
        if (size > office.Settings.MaxLetterBytes)
            return (Replies.TooLarge, true);
        if (data.Malformed)
            return (Replies.NotWellFormed, true);
        var evidence = scanner.Finish();
        if (evidence.ReceivedCount >= office.Settings.MaxHops)
            return (Replies.Loop, true);
        if (failed)
            return (Replies.TryAgain, true);
        var letter = new InboundLetter
        {
            Id = id,
            Blob = LetterStore.BlobName(id),
            Size = upload.Size,
            Received = office.Time.GetUtcNow(),
            Envelope = transaction.Envelope(),
            Session = session,
            Evidence = evidence,
        };
        return (await StoreAsync(upload, letter) ? null : Replies.TryAgain, true);
    }

    private async Task<bool> StoreAsync(LetterUpload upload, InboundLetter letter)
    {
        try
        {
            using var patience = new CancellationTokenSource(StorePatience, office.Time);
            await upload.CommitAsync(patience.Token);
            await office.Storage.Queues.Inbound.SendAsync(InboundMessage.Pack([letter]).Single().Body, null, patience.Token);
            // The point of no return: from here on the letter is ours.
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is, the sender still has the letter and may keep it.
            LogNotStored(office.Log, e, id);
            return false;
        }
    }

    private async ValueTask<bool> ReadAsync(LetterUpload upload)
    {
        var began = office.Time.GetTimestamp();
        long octets = 0;
        while (true)
        {
            var buffer = wire.Buffer;
            octets += buffer.Length;
            while (!buffer.IsEmpty && !data.Ended)
                buffer = buffer.Slice(await TakeAsync(buffer.First, upload));
            wire.Buffer = buffer;
            if (data.Ended)
                return true;
            var elapsed = office.Time.GetElapsedTime(began);
            wire.Arm(elapsed > PaceFrom && octets < elapsed.TotalSeconds * LeastPace ? TimeSpan.Zero : office.Settings.DataTimeout);
            if (!await wire.MoreAsync(mayInterrupt: false))
                return false;
        }
    }

    // Returns how much of it is used up.
    private async ValueTask<int> TakeAsync(ReadOnlyMemory<byte> input, LetterUpload upload)
    {
        var keep = !failed && !data.Malformed && size <= office.Settings.MaxLetterBytes;
        var consumed = Take(input.Span, keep ? upload.Room : nowhere ??= new byte[4096], keep ? upload : null);
        if (keep && upload.Room.Length < LetterUpload.LeastRoom)
            await MakeRoomAsync(upload);
        return consumed;
    }

    private int Take(ReadOnlySpan<byte> input, Span<byte> room, LetterUpload? upload)
    {
        data.Read(input, room, out var consumed, out var written);
        if (!scanner.HeaderEnded)
            scanner.Write(room[..written]);
        upload?.Advance(written);
        size += written;
        return consumed;
    }

    private async ValueTask MakeRoomAsync(LetterUpload upload)
    {
        try
        {
            wire.Disarm();
            await upload.MakeRoomAsync();
        }
        catch (Exception e)
        {
            LogNotStored(office.Log, e, id);
            failed = true;
        }
    }

    [LoggerMessage(EventId = 203, Level = LogLevel.Error, Message = "Letter {Id} could not be stored; its sender was told to try again")]
    private static partial void LogNotStored(ILogger log, Exception e, string id);
}
