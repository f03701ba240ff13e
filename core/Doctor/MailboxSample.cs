using MailKit.Net.Pop3;
using Postroom.Accounts;
using Postroom.Collect;
using Postroom.Mail;

namespace Postroom.Doctor;

/// <summary>
/// Headers of letters from all over a mailbox. TOP n 0 only (RFC 1939 §7): nothing is retrieved, marked or deleted, and
/// QUIT has nothing to carry out.
/// </summary>
/// <param name="Letters">What was read.</param>
/// <param name="Total">Letters in the mailbox.</param>
/// <param name="Refused">Letters the server lists and would not show.</param>
public sealed record MailboxSample(IReadOnlyList<HeaderEvidence> Letters, int Total, int Refused)
{
    /// <summary>Letters looked at unless told otherwise.</summary>
    public const int Usual = 200;

    // One pipelined round trip; a progress line moves at this pace.
    private const int Together = 20;

    /// <summary>Takes the sample.</summary>
    /// <param name="account">The account; how it finds recipients does not matter.</param>
    /// <param name="most">Letters to look at, at most.</param>
    /// <param name="progress">Told how many of how many were read.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="SampleFailedException">The mailbox could not be read; the message says why and what to change.</exception>
    public static async Task<MailboxSample> TakeAsync(Account account, int most, Action<int, int>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        try
        {
            // The doctor has no memory of the account, so it treats every server as one that was seen with TLS: under
            // Auto no password goes in clear.
            await using var connection = await Pop3Connection.OpenAsync(account, seenTls: true, TimeProvider.System, stop);
            try
            {
                return await ReadAsync(account, connection, most, progress, stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested && connection.Explain(e) is { } sentence)
            {
                throw new CollectFailedException(sentence, e);
            }
        }
        catch (CollectFailedException e)
        {
            throw new SampleFailedException(e.Message, e);
        }
    }

    private static async Task<MailboxSample> ReadAsync(Account account, Pop3Connection connection, int most, Action<int, int>? progress, CancellationToken stop)
    {
        var client = connection.Client;
        var total = client.Count;
        if (total > 0 && !client.Capabilities.HasFlag(Pop3Capabilities.Top))
            throw new CollectFailedException($"{account.Host}:{account.Port}: the server has no TOP command, so letters cannot be looked at without fetching them.");
        var count = Math.Min(most, total);
        // Evenly over the mailbox, the newest among them: a provider may have changed its ways.
        List<int> chosen = [.. Enumerable.Range(0, count).Select(i => (int)(((long)i + 1) * total / count) - 1)];
        List<HeaderEvidence> letters = [];
        var refused = 0;
        foreach (var batch in chosen.Chunk(Together))
        {
            connection.Allow(Bound.Headers(batch.Length));
            foreach (var header in await HeadersAsync(client, batch, stop))
            {
                if (header is null)
                    refused++;
                else
                    letters.Add(header);
            }

            progress?.Invoke(letters.Count + refused, count);
        }

        await connection.QuitAsync(stop);
        return new(letters, total, refused);
    }

    private static async Task<IReadOnlyList<HeaderEvidence?>> HeadersAsync(Pop3Client client, int[] batch, CancellationToken stop)
    {
        try
        {
            // Pipelined where the server announces it.
            var streams = await client.GetStreamsAsync(batch, headersOnly: true, stop);
            return [.. streams.Select(Read)];
        }
        catch (Pop3CommandException) when (client.IsConnected)
        {
            // One of them was refused; the others are not to blame.
            List<HeaderEvidence?> headers = [];
            foreach (var index in batch)
            {
                try
                {
                    headers.Add(Read(await client.GetStreamAsync(index, headersOnly: true, stop)));
                }
                catch (Pop3CommandException) when (client.IsConnected)
                {
                    headers.Add(null);
                }
            }

            return headers;
        }
    }

    private static HeaderEvidence Read(Stream header)
    {
        using var stream = header;
        var scanner = new HeaderScanner(CandidateHeaders.All);
        var buffer = new byte[16384];
        for (int read; !scanner.HeaderEnded && (read = stream.Read(buffer)) > 0;)
            scanner.Write(buffer.AsSpan(0, read));
        return scanner.Finish();
    }
}

/// <summary>The mailbox could not be read. The message says why and what to change.</summary>
public sealed class SampleFailedException(string sentence, Exception? inner = null) : Exception(sentence, inner);
