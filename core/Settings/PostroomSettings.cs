using Postroom.Accounts;
using Postroom.Deliver;
using Postroom.Directory;
using Postroom.Store;

namespace Postroom.Settings;

/// <summary>Everything an administrator settled, checked.</summary>
public sealed record PostroomSettings
{
    /// <summary>POP3 accounts by name, without case.</summary>
    public required IReadOnlyDictionary<string, Account> Accounts { get; init; }

    /// <summary>Domains, mailboxes, groups and postmasters.</summary>
    public required DirectoryEntries Directory { get; init; }

    /// <summary>Targets by name, without case; always holds <c>default</c>.</summary>
    public required IReadOnlyDictionary<string, Target> Targets { get; init; }

    /// <summary>The storage account.</summary>
    public required StorageConnection Storage { get; init; }

    /// <summary>Queue names.</summary>
    public required string CollectQueue { get; init; }

    /// <inheritdoc cref="CollectQueue"/>
    public required string InboundQueue { get; init; }

    /// <inheritdoc cref="CollectQueue"/>
    public required string DeliverQueue { get; init; }

    /// <summary>Six-field cron expression of the look for due accounts.</summary>
    public required string PollSchedule { get; init; }

    /// <summary>POP3 sessions with one host at a time, in one process. Default 8.</summary>
    public int SessionsPerHost { get; init; } = 8;

    /// <summary>When a letter that could not be delivered is tried again.</summary>
    public RetrySchedule Retry { get; init; } = RetrySchedule.Usual;

    /// <summary>Days a delivered letter's blob is kept.</summary>
    public required int RetainDays { get; init; }

    /// <summary>How long <c>postroom run</c> hides a queue message at a time.</summary>
    public required TimeSpan QueueLease { get; init; }
}
