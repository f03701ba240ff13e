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
internal sealed class MailboxVisit(
    Account account, AccountSession session, Pop3Connection connection, OfficeStorage storage, DownloadBudget budget, TimeProvider time)
{
    // A dropped connection then costs no more than this many repetitions.
    private const int MostLetters = 500;

    // Uploads of one batch side by side.
    private const int Together = 8;

    private readonly Pop3Client client = connection.Client;
    private readonly CandidateHeaders candidates = CandidateHeaders.For(account);
    private int refused;

    /// <summary>Letters this visit stored and enqueued.</summary>
    public int Collected { get; private set; }

    /// <summary>Their octets.</summary>
    public long Octets { get; private set; }

    /// <summary>Letters that stay on the server after this visit.</summary>
    public int Left { get; private set; }

    /// <summary>What the administrator should know although the visit went on; null if nothing.</summary>
    public string? Oddity { get; private set; }

    /// <summary>Runs the visit.</summary>
    /// <returns>Whether letters remain that another visit should fetch.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        var listing = await ListAsync(stop);
        var today = DateOnly.FromDateTime(session.Now.UtcDateTime);
        var wanted = listing.Where(l => IsWanted(l, today)).ToList();
        var deleted = 0;
        foreach (var batch in Batches(wanted.Take(MostLetters)))
            deleted += await FetchAsync(batch, stop);

        // Past this line the server may delete what we marked; all of it is stored, enqueued and remembered.
        if (!await connection.QuitAsync(stop))
            throw new CollectFailedException($"{account.Host}:{account.Port}: the server did not confirm the end of the session, so its deletions are repeated next time. It said: {connection.Words}");
        session.KeepOnly(listing.Select(static l => l.Key).ToHashSet());
        Left = listing.Count - deleted;
        return wanted.Count > MostLetters && refused < MostLetters;
    }

    private async Task<List<ListedLetter>> ListAsync(CancellationToken stop)
    {
        if (client.Count == 0)
            return [];
        var sizes = await client.GetMessageSizesAsync(stop);
        IList<string>? uidls = null;
        if (client.Capabilities.HasFlag(Pop3Capabilities.UIDL))
            uidls = await client.GetMessageUidsAsync(stop);
        else if (account.DeleteAfterDays != 0)
            throw new CollectFailedException($"{account.Host}:{account.Port}: this server has no UIDL, so letters that stay there cannot be told from new ones. Write Accounts__{account.Name}__DeleteAfterDays = 0.");
        return [.. sizes.Select((size, i) => new ListedLetter(i, uidls is not null && i < uidls.Count ? uidls[i] : "", size))];
    }

    private bool IsWanted(ListedLetter letter, DateOnly today)
    {
        if (letter.Size > account.MaxLetterBytes)
        {
            Oddity = $"A letter of {letter.Size} octets stays on the server: Accounts__{account.Name}__MaxLetterBytes allows {account.MaxLetterBytes}.";
            return false;
        }

        // A letter that is stored but still there is fetched once more before it is deleted: only its content proves
        // that it is the one we stored, a UIDL alone does not.
        return !session.Seen.TryGet(letter.Key, out var since) || letter.Uidl.Length == 0 || IsToBeDeleted(since, today);
    }

    private bool IsToBeDeleted(DateOnly since, DateOnly today) =>
        account.DeleteAfterDays >= 0 && since.AddDays(account.DeleteAfterDays) <= today;

    private static IEnumerable<List<ListedLetter>> Batches(IEnumerable<ListedLetter> letters)
    {
        List<ListedLetter> batch = [];
        long octets = 0;
        foreach (var letter in letters)
        {
            if (batch.Count > 0 && (batch.Count == LetterBatch.MaxLetters || octets + letter.Size > LetterBatch.MaxMailBytes))
            {
                yield return batch;
                (batch, octets) = ([], 0);
            }

            batch.Add(letter);
            octets += letter.Size;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <returns>Letters marked for deletion.</returns>
    private async Task<int> FetchAsync(List<ListedLetter> batch, CancellationToken stop)
    {
        using var share = await budget.TakeAsync(batch.Sum(static l => l.Size), stop);
        var fetched = await DownloadAsync(batch, stop);
        var stored = new StoredLetter[fetched.Count];
        await Parallel.ForAsync(0, fetched.Count, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = stop },
            async (i, token) => stored[i] = await StoreAsync(fetched[i].Listed, fetched[i].Bytes, token));

        var letters = Watched(stored.Where(static s => s.Letter is not null).Select(static s => s.Letter!));
        await Task.WhenAll(InboundMessage.Pack(letters).Select(message => storage.Queues.Inbound.SendAsync(message.Body, null, stop)));
        await session.RememberAsync(
            [
                .. stored.Select(static s => s.Listed.Key),
                .. letters.Where(static l => l.Fingerprint is not null).Select(static l => SeenLetters.FingerprintKey(l.Fingerprint!)),
            ], stop);
        Collected += letters.Count;
        Octets += letters.Sum(static l => l.Size);

        var today = DateOnly.FromDateTime(session.Now.UtcDateTime);
        var done = stored
            .Where(s => s.MayGo && session.Seen.TryGet(s.Listed.Key, out var since) && IsToBeDeleted(since, today))
            .Select(static s => s.Listed.Index).ToList();
        // DELE only marks; the server deletes at QUIT (RFC 1939 §6).
        if (done.Count > 0)
            await client.DeleteMessagesAsync(done, stop);
        return done.Count;
    }

    // Only a letter whose like was here before can be a copy; all others are delivered without a look at the ledger.
    private List<InboundLetter> Watched(IEnumerable<InboundLetter> letters)
    {
        HashSet<string> here = [];
        return [.. letters.Select(letter => letter.Fingerprint is { } fingerprint
            && (!here.Add(fingerprint) || session.Seen.TryGet(SeenLetters.FingerprintKey(fingerprint), out _))
                ? letter with { MayBeCopy = true } : letter)];
    }

    private async Task<List<(ListedLetter Listed, Stream Bytes)>> DownloadAsync(List<ListedLetter> batch, CancellationToken stop)
    {
        try
        {
            // Pipelined where the server announces it.
            var streams = await client.GetStreamsAsync([.. batch.Select(static l => l.Index)], headersOnly: false, stop);
            return [.. batch.Zip(streams)];
        }
        catch (Pop3CommandException) when (client.IsConnected)
        {
            // One of them was refused; the others are not to blame.
            List<(ListedLetter, Stream)> fetched = [];
            foreach (var letter in batch)
            {
                try
                {
                    fetched.Add((letter, await client.GetStreamAsync(letter.Index, headersOnly: false, stop)));
                }
                catch (Pop3CommandException) when (client.IsConnected)
                {
                    refused++;
                    Oddity = $"The server lists letter {letter.Index + 1} and will not hand it out; it stays there. It said: {connection.Words}";
                }
            }

            return fetched;
        }
    }

    private async Task<StoredLetter> StoreAsync(ListedLetter listed, Stream bytes, CancellationToken stop)
    {
        await using var letter = bytes;
        var scanner = new HeaderScanner(candidates);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var body = new BodyHash();
        var buffer = new byte[16384];
        for (int read; (read = await letter.ReadAsync(buffer, stop)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            body.Write(buffer.AsSpan(0, read));
            if (!scanner.HeaderEnded)
                scanner.Write(buffer.AsSpan(0, read));
        }

        var id = LetterId.Derive(account.Name, listed.Uidl, hash.GetHashAndReset());
        var blob = LetterStore.BlobName(id);
        letter.Position = 0;
        var isNew = await storage.Letters.PutAsync(blob, letter, stop);
        var remembered = session.Seen.TryGet(listed.Key, out _);
        // Fewer or more octets than listed: a server that counts wrongly, or one whose letter MailKit cut at a bare
        // "LF . LF". What came twice alike, in two sessions, is what there is.
        var settled = letter.Length == listed.Size || (remembered && !isNew);
        if (!settled)
            Oddity = $"Letter {listed.Index + 1} has {letter.Length} octets and is listed with {listed.Size}; it is delivered and stays on the server until a second look.";
        // Stored and remembered: an earlier session enqueued this very letter, only its deletion failed.
        if (remembered && !isNew)
            return new(listed, null, settled);
        var evidence = scanner.Finish();
        return new(listed, new()
        {
            Id = id,
            Blob = blob,
            Size = letter.Length,
            Received = time.GetUtcNow(),
            Account = account.Name,
            Evidence = evidence,
            Fingerprint = evidence.Text("Message-ID")?.Trim() is { Length: > 0 } messageId ? LetterId.Fingerprint(account.Name, messageId, body.Finish()) : null,
            Repeat = !isNew || remembered,
        }, settled);
    }

    /// <param name="Listed">The letter on the server.</param>
    /// <param name="Letter">What to enqueue; null if that was done before.</param>
    /// <param name="MayGo">Whether we surely have all of it.</param>
    private sealed record StoredLetter(ListedLetter Listed, InboundLetter? Letter, bool MayGo);
}
