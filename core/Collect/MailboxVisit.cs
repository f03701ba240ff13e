using System.Security.Cryptography;
using MailKit.Net.Pop3;
using Postroom.Accounts;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Store;

namespace Postroom.Collect;

/// <summary>
/// One POP3 session with an account: list, then batch by batch store → enqueue → remember → DELE, then QUIT. A crash
/// between any two arrows costs a repetition that the derived ids make harmless, never a letter.
/// </summary>
internal sealed partial class MailboxVisit(
    Account account, AccountSession session, Pop3Connection connection, PollLessons lessons, OfficeStorage storage, DownloadBudget budget, TimeProvider time)
{
    // A dropped connection then costs no more than this many repetitions.
    private const int MostLetters = 500;

    // Notices of letters that are too large; more of them wait for the next session.
    private const int MostNotices = 20;

    // Uploads of one batch side by side.
    private const int Together = 8;

    private readonly Pop3Client client = connection.Client;
    private readonly CandidateHeaders candidates = CandidateHeaders.For(account);
    private readonly HashSet<UInt128> present = [];
    private readonly HashSet<ListedLetter> marked = [];
    private ILookup<ulong, UInt128> vanished = Enumerable.Empty<UInt128>().ToLookup(static _ => 0UL);
    private int refused;

    /// <summary>Letters this visit stored and enqueued.</summary>
    public int Collected { get; private set; }

    /// <summary>Their octets.</summary>
    public long Octets { get; private set; }

    /// <summary>Letters that stay on the server after this visit; null if it did not get as far as to know.</summary>
    public int? Left { get; private set; }

    /// <summary>A batch is done: letters enqueued by this visit, and letters still to fetch by this or a later one.</summary>
    public event Action<int, int>? Progress;

    /// <summary>Runs the visit.</summary>
    /// <returns>Whether letters remain that another visit should fetch.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        lessons.Begin();
        var listing = await ListAsync(stop);
        Left = listing.Count;
        Checkpoint.Pass(Step.Listed);
        var work = await PlanAsync(listing, stop);
        await DeleteAsync(work.Delete, stop);
        foreach (var letter in work.TooLarge)
            await TellAsync(letter, stop);
        var left = work.Fetch.Count + work.Waiting;
        foreach (var batch in Batches(work.Fetch))
        {
            await FetchAsync(batch, stop);
            Progress?.Invoke(Collected, left -= batch.Count);
        }

        // Past this line the server may delete what we marked; all of it is stored, enqueued and remembered.
        var confirmed = await connection.QuitAsync(stop);
        Checkpoint.Pass(Step.Quit);
        if (!confirmed && marked.Count > 0)
            throw new CollectFailedException($"{account.Host}:{account.Port}: the server did not confirm the end of the session, so its deletions are repeated next time. It said: {(connection.Words.Length == 0 ? "nothing." : connection.Words)}");
        Left = listing.Count - marked.Count;
        var more = work.More && refused < MostLetters;
        if (confirmed && !more)
            session.KeepOnly(present);
        return more;
    }

    private async Task<List<ListedLetter>> ListAsync(CancellationToken stop)
    {
        var listing = await MailboxListing.ReadAsync(connection, stop);
        foreach (var letter in listing)
            if (letter.Key is { } key)
                present.Add(key);
        return listing;
    }

    private static IEnumerable<List<ListedLetter>> InPieces(List<ListedLetter> letters, int most, long mostOctets)
    {
        List<ListedLetter> piece = [];
        long octets = 0;
        foreach (var letter in letters)
        {
            if (piece.Count > 0 && (piece.Count == most || octets + letter.Size > mostOctets))
            {
                yield return piece;
                (piece, octets) = ([], 0);
            }

            piece.Add(letter);
            octets += letter.Size;
        }

        if (piece.Count > 0)
            yield return piece;
    }

    private IEnumerable<List<ListedLetter>> Batches(List<ListedLetter> letters) =>
        InPieces(letters, lessons.OneByOne ? 1 : LetterBatch.MaxLetters, LetterBatch.MaxMailBytes);

    private async Task FetchAsync(List<ListedLetter> batch, CancellationToken stop)
    {
        IDisposable? share = null;
        try
        {
            var fetched = await DownloadAsync(batch, async octets => share = await budget.TakeAsync(octets, stop), stop);
            Checkpoint.Pass(Step.Fetched);
            var stored = new StoredLetter[fetched.Count];
            await Parallel.ForAsync(0, fetched.Count, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = stop },
                async (i, token) => stored[i] = await StoreAsync(fetched[i].Listed, fetched[i].Bytes, token));
            await KeepAsync(stored, stop);
        }
        finally
        {
            share?.Dispose();
        }
    }

    // From here on a letter's way is the one invariant 1 names.
    private async Task KeepAsync(StoredLetter[] stored, CancellationToken stop)
    {
        var letters = Watched(stored.Where(static s => s.Letter is not null).Select(static s => s.Letter!));
        await Task.WhenAll(InboundMessage.Pack(letters).Select(message => storage.Queues.Inbound.SendAsync(message.Body, null, stop)));
        Checkpoint.Pass(Step.Enqueued);
        Collected += letters.Count;
        Octets += letters.Sum(static l => l.Size);
        // A size that disagrees may mean that MailKit took something inside the letter for its end. The rest of the
        // letter then stands where the next reply should.
        var broken = connection.EndGuessed ? new IOException("the end of a letter had to be guessed") : stored.Any(static s => s.SizeDiffers) ? await OutOfStepAsync(stop) : null;
        var entries = stored.Select(s => (s.Key, Letter: broken is null ? s.Entry : Mistrusted(s))).ToList();
        var fingerprint = new SeenLetter(session.Today, SeenAs.Fingerprint, 0);
        await session.RememberAsync(
            [.. entries, .. letters.Where(static l => l.Fingerprint is not null).Select(l => (SeenLetters.FingerprintKey(l.Fingerprint!), fingerprint))], stop);
        Checkpoint.Pass(Step.Remembered);
        foreach (var (key, _) in entries)
            present.Add(key);
        if (broken is not null)
            throw new BrokenSessionException(broken);

        if (stored.Any(static s => s.SecondLook))
            session.State = session.State with { SizesOff = true };
        await DeleteAsync([.. stored.Where(s => s.Entry.As == SeenAs.Stored && IsDue(s.Entry)).Select(static s => s.Listed)], stop);
    }

    // Only a letter whose like was here before can be a copy; all others are delivered without a look at the ledger.
    private List<InboundLetter> Watched(IEnumerable<InboundLetter> letters)
    {
        HashSet<string> here = [];
        return [.. letters.Select(letter => letter.Fingerprint is { } fingerprint
            && (!here.Add(fingerprint) || session.Seen.TryGet(SeenLetters.FingerprintKey(fingerprint), out _))
                ? letter with { MayBeCopy = true } : letter)];
    }

    /// <returns>What shows that the server's next reply is not the next command's; null if it is.</returns>
    private async Task<Exception?> OutOfStepAsync(CancellationToken stop)
    {
        try
        {
            connection.Allow(Bound.Replies(1));
            await client.NoOpAsync(stop);
            return null;
        }
        catch (Exception e) when (!stop.IsCancellationRequested && connection.Explain(e) is not null)
        {
            return e;
        }
    }

    // Fetched alone, the letter is the one whose end is wrong; among others it shows next time.
    private SeenLetter Mistrusted(StoredLetter stored)
    {
        if (stored is { SizeDiffers: false, SecondLook: false } && !connection.EndGuessed)
            return stored.Entry;
        if (!lessons.OneByOne)
        {
            lessons.FetchOneByOne();
            return stored.Entry with { As = SeenAs.Doubtful };
        }

        lessons.Settled();
        lessons.Add($"Letter {stored.Listed.Number} does not end as RFC 1939 wants it. What came of it is delivered, and it stays on the server for good: look there whether something is missing.");
        return stored.Entry with { As = SeenAs.Kept };
    }

    private async Task DeleteAsync(List<ListedLetter> letters, CancellationToken stop)
    {
        foreach (var piece in InPieces(letters, 100, long.MaxValue))
        {
            connection.Allow(Bound.Replies(piece.Count));
            try
            {
                // DELE only marks; the server deletes at QUIT (RFC 1939 §6).
                await client.DeleteMessagesAsync([.. piece.Select(static l => l.Index)], stop);
            }
            catch (Pop3CommandException) when (client.IsConnected)
            {
                // Which one was refused the next listing shows; the others are not to blame.
                lessons.Add($"The server refuses to delete a letter. It said: {connection.Words}");
            }

            marked.UnionWith(piece);
            Checkpoint.Pass(Step.Marked);
        }
    }

    private async Task<List<(ListedLetter Listed, Stream Bytes)>> DownloadAsync(List<ListedLetter> batch, Func<long, Task> begin, CancellationToken stop)
    {
        var octets = batch.Sum(static l => l.Size);
        // Listed sizes may be wrong, some by a lot. One by one each letter may be as large as any letter may.
        var most = lessons.OneByOne ? account.MaxLetterBytes : Math.Min(octets * 2 + (1 << 20), account.MaxLetterBytes * batch.Count);
        most += most / 20 + (64 << 10);
        try
        {
            // A server that says nothing takes nothing from the budget.
            connection.Allow(Bound.Letters(most), () => begin(lessons.OneByOne ? Math.Max(octets, 16 << 20) : octets));
            // Pipelined where the server announces it.
            var streams = await client.GetStreamsAsync([.. batch.Select(static l => l.Index)], headersOnly: false, stop);
            return [.. batch.Zip(streams.Select((s, i) => WithoutSecondReply(batch[i], s)))];
        }
        catch (Pop3CommandException) when (client.IsConnected)
        {
            return await DownloadOneByOneAsync(batch, most, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested && connection.Explain(e) is { } sentence)
        {
            if (batch.Count > 1)
                lessons.FetchOneByOne();
            else if (e is BoundExceededException && lessons.OneByOne)
                lessons.TakeAsTooLarge(batch[0]);
            else if (e is BoundExceededException)
                lessons.FetchOneByOne();
            else
                lessons.Avoid(batch[0], $"Letter {batch[0].Number} cannot be fetched and stays on the server; the others are. {sentence}");
            throw new BrokenSessionException(e);
        }
    }

    // One of them was refused; the others are not to blame.
    private async Task<List<(ListedLetter Listed, Stream Bytes)>> DownloadOneByOneAsync(List<ListedLetter> batch, long most, CancellationToken stop)
    {
        List<(ListedLetter, Stream)> fetched = [];
        foreach (var letter in batch)
        {
            try
            {
                connection.Allow(Bound.Letters(most));
                fetched.Add((letter, WithoutSecondReply(letter, await client.GetStreamAsync(letter.Index, headersOnly: false, stop))));
            }
            catch (Pop3CommandException) when (client.IsConnected)
            {
                refused++;
                lessons.Add($"The server lists letter {letter.Number} and will not hand it out; it stays there. It said: {connection.Words}");
            }
            catch (Exception e) when (!stop.IsCancellationRequested && connection.Explain(e) is not null)
            {
                lessons.FetchOneByOne();
                throw new BrokenSessionException(e);
            }
        }

        return fetched;
    }

    private async Task<StoredLetter> StoreAsync(ListedLetter listed, Stream bytes, CancellationToken stop)
    {
        await using var letter = bytes;
        var scanner = new HeaderScanner(candidates);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var body = new BodyHash();
        using var digest = new HeaderDigest();
        var buffer = new byte[16384];
        for (int read; (read = await letter.ReadAsync(buffer, stop)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            body.Write(buffer.AsSpan(0, read));
            if (!scanner.HeaderEnded)
                scanner.Write(buffer.AsSpan(0, read));
            digest.Write(buffer.AsSpan(0, read));
        }

        var header = digest.Finish();
        var named = listed.Named(header);
        var key = named.Key!.Value;
        // The same UIDL and size may be another letter's (RFC 1939 §7); its header tells.
        var isKnown = session.Seen.TryGet(key, out var before) && before.IsStored && before.Header == header;
        if (isKnown && before.As == SeenAs.Stored)
            return new(named, key, null, before);
        if (!isKnown && TryRecognise(header, out var moved))
            return new(named, key, null, moved);

        var id = LetterId.Derive(account.Name, listed.Uidl, hash.GetHashAndReset());
        var blob = LetterStore.BlobName(id);
        letter.Position = 0;
        if (listed.Index == 0 && PseudoLetter.Is(letter))
            return new(named, key, null, new(session.Today, SeenAs.Kept, header));
        letter.Position = 0;
        var isNew = await storage.Letters.PutAsync(blob, letter, stop);
        Checkpoint.Pass(Step.Stored);
        // Fewer or more octets than listed: a server that counts wrongly, or a letter that was cut. What came twice
        // alike, in two sessions, is what there is.
        var differs = letter.Length != listed.Size;
        var secondLook = differs && isKnown && !isNew;
        var settled = !differs || secondLook || session.State.SizesOff;
        if (!settled)
            lessons.Add($"Letter {listed.Number} has {letter.Length} octets and is listed with {listed.Size}; it is delivered and stays on the server until a second look.");
        var entry = new SeenLetter(isKnown ? before.Since : session.Today, settled ? SeenAs.Stored : SeenAs.Doubtful, header);
        // Stored and remembered: an earlier session enqueued this very letter, only its deletion failed.
        if (isKnown && !isNew)
            return new(named, key, null, entry) { SizeDiffers = differs, SecondLook = secondLook };
        var evidence = scanner.Finish();
        return new(named, key, new()
        {
            Id = id,
            Blob = blob,
            Size = letter.Length,
            Received = time.GetUtcNow(),
            Account = account.Name,
            Evidence = evidence,
            Fingerprint = evidence.Text("Message-ID")?.Trim() is { Length: > 0 } messageId ? LetterId.Fingerprint(account.Name, messageId, body.Finish()) : null,
            Repeat = !isNew || isKnown,
        }, entry)
        { SizeDiffers = differs };
    }

    // FTGate and others answer twice: the second +OK then stands on top of the letter (fetchmail's pop3.c).
    private static Stream WithoutSecondReply(ListedLetter letter, Stream bytes)
    {
        Span<byte> top = stackalloc byte[512];
        bytes.Position = 0;
        var read = bytes.ReadAtLeast(top, top.Length, throwOnEndOfStream: false);
        bytes.Position = 0;
        var line = top[..read].IndexOf((byte)'\n') + 1;
        if (!top.StartsWith("+OK"u8) || line == 0 || bytes.Length - line != letter.Size)
            return bytes;
        using var whole = bytes;
        var rest = new MemoryStream((int)letter.Size);
        bytes.Position = line;
        bytes.CopyTo(rest);
        rest.Position = 0;
        return rest;
    }

    /// <param name="Listed">The letter on the server.</param>
    /// <param name="Key">Its name among the seen letters.</param>
    /// <param name="Letter">What to enqueue; null if that was done before, or there is nothing to.</param>
    /// <param name="Entry">What to remember of it.</param>
    private sealed record StoredLetter(ListedLetter Listed, UInt128 Key, InboundLetter? Letter, SeenLetter Entry)
    {
        /// <summary>Whether it has fewer or more octets than listed.</summary>
        public bool SizeDiffers { get; init; }

        /// <summary>Whether it does so for the second time, byte by byte alike.</summary>
        public bool SecondLook { get; init; }
    }
}
