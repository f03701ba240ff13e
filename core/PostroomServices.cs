using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Accounts;
using Postroom.Collect;
using Postroom.Deliver;
using Postroom.Directory;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Resolve;
using Postroom.Settings;
using Postroom.Store;
using Postroom.Sweep;

namespace Postroom;

/// <summary>Registers the stages. The same for the Functions host, the one-process host and the tests.</summary>
public static class PostroomServices
{
    /// <summary>Adds every stage and what the stages meet in, each once a process.</summary>
    /// <param name="services">Where; logging must be there.</param>
    /// <param name="settings">Checked settings.</param>
    public static IServiceCollection AddPostroom(this IServiceCollection services, PostroomSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var storage = new OfficeStorage(settings.Storage, settings.CollectQueue, settings.InboundQueue, settings.DeliverQueue);
        return services
            .AddSingleton(settings)
            .AddSingleton(storage)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(s => new AccountBook(storage.Accounts, s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new HeldShelf(storage.Held, s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new UnknownTally(storage.Held, s.GetRequiredService<TimeProvider>()))
            .AddSingleton(_ => new DeliveryLedger(storage.Ledger))
            .AddSingleton(s => new LiveDirectory(storage.Tables, settings.Directory, s.GetRequiredService<TimeProvider>(), s.GetService<ILogger<LiveDirectory>>()))
            .AddSingleton<CollectSchedule>()
            .AddSingleton<Collector>()
            .AddSingleton<AccountCheck>()
            .AddSingleton<Resolver>()
            .AddSingleton<Deliverer>()
            .AddSingleton<PoisonHold>()
            .AddSingleton<HeldRelease>()
            .AddSingleton<Sweeper>();
    }
}
