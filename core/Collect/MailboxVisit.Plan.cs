using MailKit.Net.Pop3;
using Postroom.Accounts;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Store;

namespace Postroom.Collect;

/// <summary>What a visit has to do: which letters are new, which may go, which cannot be fetched.</summary>
internal sealed partial class MailboxVisit
{
    // Letters asked for by one volley of TOP.
    private const int HeadersTogether = 100;

    private bool CanLook => client.Capabilities.HasFlag(Pop3Capabilities.Top) && !lessons.NoTop;

    private bool KeepsLetters => account.DeleteAfterDays != 0;

    private bool IsDue(SeenLetter letter) => account.DeleteAfterDays >= 0 && letter.Since.AddDays(account.DeleteAfterDays) <= session.Today;

    private async Task<Work> PlanAsync(List<ListedLetter> listing, CancellationToken stop)
    {
        if (KeepsLetters)
            listing = await NameAsync(listing, stop);
        List<ListedLetter> fetch = [], look = [], tooLarge = [];
        foreach (var letter in listing.Where(l => !lessons.Avoided.Contains(l)))
        {
            SeenLetter seen = default;
            var isSeen = letter.Key is { } key && session.Seen.TryGet(key, out seen);
            if (isSeen && seen.As == SeenAs.TooLarge && (ulong)account.MaxLetterBytes <= seen.Header)
                continue;
            if (letter.Size > account.MaxLetterBytes || lessons.TooLarge.Contains(letter))
                tooLarge.Add(letter);
            else if (!isSeen || seen.As == SeenAs.TooLarge)
                fetch.Add(letter);
            else if (seen.IsStored && IsDue(seen))
                (seen.As == SeenAs.Stored && CanLook ? look : fetch).Add(letter);
        }

        var isMuch = look.Count > MostLetters || fetch.Count > MostLetters || tooLarge.Count > MostNotices;
        // What turns out to be another letter under a used UIDL is fetched at once.
        var delete = await LookAsync([.. look.Take(MostLetters)], fetch, stop);
        var waiting = Math.Max(0, fetch.Count - MostLetters);
        fetch = await WithoutMovedAsync([.. fetch.Take(MostLetters)], listing, stop);
        return new(fetch, delete, [.. tooLarge.Take(MostNotices)], isMuch, waiting);
    }

    // Letters that stay can only be told from new ones by a name; without a UIDL of their own their header is it.
    private async Task<List<ListedLetter>> NameAsync(List<ListedLetter> listing, CancellationToken stop)
    {
        var nameless = listing.Where(static l => l.Key is null).ToList();
        if (nameless.Count == 0)
            return listing;
        if (!CanLook)
        {
            return nameless.Count < listing.Count
                ? listing
                : throw new CollectFailedException($"{account.Host}:{account.Port}: this server has neither UIDL nor TOP, so letters that stay there cannot be told from new ones. Write Accounts__{account.Name}__DeleteAfterDays = 0.");
        }

        var headers = await HeadersAsync(nameless, stop);
        return [.. listing.Select(letter =>
        {
            if (letter.Key is not null || !headers.TryGetValue(letter, out var header))
                return letter;
            var named = letter.Named(header);
            present.Add(named.Key!.Value);
            return named;
        })];
    }

    /// <summary>Looks at letters that are stored and may go: a UIDL alone does not prove that it is still the same letter.</summary>
    /// <returns>Those that surely are.</returns>
    private async Task<List<ListedLetter>> LookAsync(List<ListedLetter> letters, List<ListedLetter> fetch, CancellationToken stop)
    {
        var headers = await HeadersAsync(letters, stop);
        var same = letters.ToLookup(l => headers.TryGetValue(l, out var header) && session.Seen.TryGet(l.Key!.Value, out var seen) && seen.Header == header);
        fetch.AddRange(same[false]);
        return [.. same[true]];
    }

    /// <summary>
    /// The mass-change brake: letters that stay may all get new UIDLs at once, as after a move to another server. Where
    /// letters vanished and others came, the headers tell whether they are the same ones.
    /// </summary>
    private async Task<List<ListedLetter>> WithoutMovedAsync(List<ListedLetter> fetch, List<ListedLetter> listing, CancellationToken stop)
    {
        if (!KeepsLetters || fetch.Count == 0 || listing.Exists(static l => l.Key is null))
            return fetch;
        vanished = session.Seen.All.Where(s => s.Letter.IsStored && s.Letter.Header != 0 && !present.Contains(s.Key)).ToLookup(static s => s.Letter.Header, static s => s.Key);
        if (vanished.Count == 0 || !CanLook)
            return fetch;
        var headers = await HeadersAsync(fetch, stop);
        List<(UInt128 Key, SeenLetter Letter)> known = [];
        HashSet<ListedLetter> moved = [];
        foreach (var (letter, header) in headers)
        {
            if (letter.Key is { } key && !session.Seen.TryGet(key, out _) && TryRecognise(header, out var before))
            {
                known.Add((key, before));
                moved.Add(letter);
            }
        }

        if (known.Count > 0)
            await session.RememberAsync(known, stop);
        return [.. fetch.Where(l => !moved.Contains(l))];
    }

    private bool TryRecognise(ulong header, out SeenLetter before)
    {
        lock (lessons)
        {
            foreach (var key in vanished[header])
                if (lessons.Claim(key))
                    return session.Seen.TryGet(key, out before);
        }

        before = default;
        return false;
    }

    private async Task<Dictionary<ListedLetter, ulong>> HeadersAsync(List<ListedLetter> letters, CancellationToken stop)
    {
        Dictionary<ListedLetter, ulong> headers = [];
        foreach (var piece in InPieces(letters, HeadersTogether, long.MaxValue))
        {
            foreach (var (letter, header) in await TopAsync(piece, stop))
            {
                using var digest = new HeaderDigest();
                digest.Write(header);
                headers[letter] = digest.Finish();
            }
        }

        return headers;
    }

    private async Task<List<(ListedLetter Letter, byte[] Header)>> TopAsync(List<ListedLetter> letters, CancellationToken stop)
    {
        try
        {
            connection.Allow(Bound.Headers(letters.Count));
            var streams = await client.GetStreamsAsync([.. letters.Select(static l => l.Index)], headersOnly: true, stop);
            return [.. letters.Zip(streams, static (letter, stream) => (letter, Bytes(stream)))];
        }
        catch (Pop3CommandException) when (client.IsConnected)
        {
            return [];
        }
        catch (Exception e) when (!stop.IsCancellationRequested && connection.Explain(e) is not null)
        {
            lessons.AskNoHeaders();
            throw new BrokenSessionException(e);
        }
    }

    private static byte[] Bytes(Stream stream)
    {
        using var header = stream;
        var bytes = new byte[header.Length];
        header.ReadExactly(bytes);
        // Two +OK (FTGate): the second is no header line.
        return bytes.AsSpan().StartsWith("+OK"u8) ? bytes[(bytes.IndexOf((byte)'\n') + 1)..] : bytes;
    }

    // The same way as any letter: stored, enqueued, remembered.
    private async Task TellAsync(ListedLetter letter, CancellationToken stop)
    {
        var header = CanLook ? (await TopAsync([letter], stop)).Select(static t => t.Header).FirstOrDefault() : null;
        var named = letter.Named(0);
        var id = TooLargeNotice.Id(account, named);
        var bytes = TooLargeNotice.Write(account, named, header, id, session.Now);
        var scanner = new HeaderScanner(CandidateHeaders.Always);
        scanner.Write(bytes);
        var blob = LetterStore.BlobName(id);
        using var stream = new MemoryStream(bytes);
        var isNew = await storage.Letters.PutAsync(blob, stream, stop);
        Checkpoint.Pass(Step.Stored);
        var notice = new InboundLetter
        {
            Id = id,
            Blob = blob,
            // After a crash the one written then is there, and may be a few octets longer.
            Size = isNew ? bytes.Length : await storage.Letters.SizeAsync(blob, stop) ?? bytes.Length,
            Received = time.GetUtcNow(),
            Account = account.Name,
            Evidence = scanner.Finish(),
            Repeat = !isNew,
            Notice = $"Account {account.Name} holds a letter of {letter.Size} octets, too large to be collected.",
        };
        await storage.Queues.Inbound.SendAsync(InboundMessage.Pack([notice]).Single().Body, null, stop);
        Checkpoint.Pass(Step.Enqueued);
        var key = named.Key!.Value;
        await session.RememberAsync([(key, new(session.Today, SeenAs.TooLarge, (ulong)account.MaxLetterBytes))], stop);
        present.Add(key);
        Checkpoint.Pass(Step.Remembered);
    }

    /// <param name="Fetch">Letters to store.</param>
    /// <param name="Delete">Letters that are stored and surely the same still.</param>
    /// <param name="TooLarge">Letters to tell of.</param>
    /// <param name="More">Whether there is more than one visit does.</param>
    /// <param name="Waiting">Letters that a later visit stores.</param>
    private sealed record Work(List<ListedLetter> Fetch, List<ListedLetter> Delete, List<ListedLetter> TooLarge, bool More, int Waiting);
}
