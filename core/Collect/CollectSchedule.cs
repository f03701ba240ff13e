using System.Collections.Concurrent;
using Postroom.Accounts;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Collect;

/// <summary>Looks which accounts are due and puts one message for each into the collect queue.</summary>
public sealed class CollectSchedule(PostroomSettings settings, OfficeStorage storage, AccountBook book, TimeProvider time)
{
    // An account whose message waits in a long queue is due all the while. Longer than any queue should be; a message
    // too many costs a look, not a letter.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, DateTimeOffset? LastPoll)> asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Enqueues every account that is due.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EnqueueDueAsync(CancellationToken stop)
    {
        var enabled = settings.Accounts.Values.Where(static a => a.Enabled).ToList();
        if (enabled.Count == 0)
            return 0;
        var (states, now) = await book.ReadAllAsync(stop);
        var due = enabled.Where(a => IsDue(a.Name, states.GetValueOrDefault(a.Name) ?? new(), now)).ToList();
        await EnqueueAsync(due, forced: false, stop);
        return due.Count;
    }

    /// <summary>Enqueues every account, due or not: once, now.</summary>
    public async Task<int> EnqueueAllAsync(CancellationToken stop)
    {
        var enabled = settings.Accounts.Values.Where(static a => a.Enabled).ToList();
        await EnqueueAsync(enabled, forced: true, stop);
        return enabled.Count;
    }

    // One that is just being collected will set its own next time.
    private bool IsDue(string account, AccountState state, DateTimeOffset now)
    {
        if (state.NextPoll > now || state.LeasedUntil > now)
            return false;
        if (asked.TryGetValue(account, out var before) && before.LastPoll == state.LastPoll && now - before.At < Patience)
            return false;
        asked[account] = (now, state.LastPoll);
        return true;
    }

    private Task EnqueueAsync(IEnumerable<Account> accounts, bool forced, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        return Parallel.ForEachAsync(accounts, stop, async (account, token) =>
            await storage.Queues.Collect.SendAsync(CollectMessage.For(account.Name, now, forced).Write(), null, token));
    }
}
