using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Postroom.Deliver;

/// <summary>The open connections to one target: a few, each used by one letter at a time, kept for the next.</summary>
internal sealed class ConnectionPool<T> where T : class, IAsyncDisposable
{
    // Shorter than any server's patience (Dovecot's LMTP: 30 s; others minutes), so that a kept connection mostly lives.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(20);

    // A slow target may fill its own places, but not hold up the workers that other targets need as well.
    private static readonly TimeSpan LongestQueue = TimeSpan.FromSeconds(30);

    private readonly TimeProvider time;
    private readonly Channel<bool> places;
    private readonly ConcurrentDictionary<string, ConcurrentStack<Idle>> idle = new(StringComparer.Ordinal);

    /// <param name="most">Connections in use at a time.</param>
    /// <param name="time">Clock.</param>
    public ConnectionPool(int most, TimeProvider time)
    {
        (this.time, places) = (time, Channel.CreateBounded<bool>(most));
        for (var i = 0; i < most; i++)
            places.Writer.TryWrite(true);
    }

    /// <summary>Waits for a place.</summary>
    /// <returns>Null if all are taken for long: the target is slow, the letter should come again later.</returns>
    public async Task<Place?> TakeAsync(CancellationToken stop)
    {
        if (places.Reader.TryRead(out _))
            return new Place(this);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(LongestQueue);
        try
        {
            await places.Reader.ReadAsync(limit.Token);
            return new Place(this);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Room for one connection.</summary>
    public sealed class Place(ConnectionPool<T> pool) : IDisposable
    {
        /// <summary>A connection that was kept; null if there is none.</summary>
        /// <param name="key">Whose connection, such as the user's.</param>
        public async Task<T?> KeptAsync(string key)
        {
            var kept = pool.idle.GetOrAdd(key, static _ => new());
            while (kept.TryPop(out var last))
            {
                if (pool.time.GetElapsedTime(last.Since) < LongestIdle)
                    return last.Connection;
                await last.Connection.DisposeAsync();
            }

            return null;
        }

        /// <summary>Keeps a connection that is still good.</summary>
        public void Keep(string key, T connection) =>
            pool.idle.GetOrAdd(key, static _ => new()).Push(new(connection, pool.time.GetTimestamp()));

        public void Dispose() => pool.places.Writer.TryWrite(true);
    }

    private sealed record Idle(T Connection, long Since);
}
