using Postroom.Accounts;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Collect;

/// <summary>Looks which accounts are due and puts one message for each into the collect queue.</summary>
public sealed class CollectSchedule(PostroomSettings settings, OfficeStorage storage, AccountBook book, TimeProvider time)
{
    /// <summary>Enqueues every account that is due.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EnqueueDueAsync(CancellationToken stop)
    {
        var enabled = settings.Accounts.Values.Where(static a => a.Enabled).ToList();
        if (enabled.Count == 0)
            return 0;
        var states = await book.ReadAllAsync(stop);
        var now = time.GetUtcNow();
        var due = enabled.Where(a => !states.TryGetValue(a.Name, out var state) || IsDue(state, now)).ToList();
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
    private static bool IsDue(AccountState state, DateTimeOffset now) =>
        (state.NextPoll is null || state.NextPoll <= now) && (state.LeasedUntil is null || state.LeasedUntil <= now);

    private Task EnqueueAsync(IEnumerable<Account> accounts, bool forced, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        return Parallel.ForEachAsync(accounts, stop, async (account, token) =>
            await storage.Queues.Collect.SendAsync(CollectMessage.For(account.Name, now, forced).Write(), null, token));
    }
}
