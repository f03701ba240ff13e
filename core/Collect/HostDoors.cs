using System.Collections.Concurrent;

namespace Postroom.Collect;

/// <summary>
/// Lets in so many sessions for each provider's host at a time, first come, first served: providers count them, and a
/// host that hangs must not take up more than its share of those who wait.
/// </summary>
internal sealed class HostDoors(int most)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> doors = new(StringComparer.OrdinalIgnoreCase);

    public async Task<IDisposable> EnterAsync(string host, CancellationToken stop)
    {
        var door = doors.GetOrAdd(host.TrimEnd('.'), _ => new SemaphoreSlim(most, most));
        await door.WaitAsync(stop);
        return new Visit(door);
    }

    private sealed class Visit(SemaphoreSlim door) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                door.Release();
        }
    }
}
