using System.Collections.Concurrent;
using Postroom.Collect;
using Postroom.Deliver;
using Postroom.Resolve;

namespace Postroom.Cli.Host;

/// <summary>What happened in this run, for the summary at its end and for whoever watches.</summary>
internal sealed class OfficeReport
{
    private readonly ConcurrentDictionary<string, CollectOutcome> accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<SortedLetter> sorted = new();
    private readonly ConcurrentQueue<Delivery> deliveries = new();
    private int aside;

    /// <summary>Something happened, in one line.</summary>
    public event Action<string>? Progress;

    /// <summary>The last outcome of each account.</summary>
    public IReadOnlyDictionary<string, CollectOutcome> Accounts => accounts;

    /// <summary>Letters sorted.</summary>
    public IReadOnlyCollection<SortedLetter> Sorted => sorted;

    /// <summary>Deliveries tried.</summary>
    public IReadOnlyCollection<Delivery> Deliveries => deliveries;

    /// <summary>Queue messages that were put aside and held.</summary>
    public int PutAside => Volatile.Read(ref aside);

    /// <summary>Letters on their desks.</summary>
    public int Delivered => deliveries.Count(static d => d.Outcome is DeliveryOutcome.Delivered);

    /// <summary>Copies that were not put beside their like.</summary>
    public int Copies => deliveries.Count(static d => d.Outcome is DeliveryOutcome.Duplicate);

    /// <summary>Letters held by this run, whatever for.</summary>
    public int Held => sorted.Sum(static s => s.Sorting.Held.Count) + deliveries.Count(static d => d.Outcome is DeliveryOutcome.Refused) + PutAside;

    public void Add(string account, CollectOutcome outcome)
    {
        accounts[account] = outcome;
        switch (outcome)
        {
            case CollectOutcome.Collected collected:
                Progress?.Invoke($"{account}: {Count(collected.Letters, "letter")} collected{(collected.LeftOnServer > 0 ? $", {collected.LeftOnServer} left on the server" : "")}");
                break;
            case CollectOutcome.Failed failed:
                Progress?.Invoke($"{account}: {failed.Reason}");
                break;
            case CollectOutcome.Busy busy:
                Progress?.Invoke($"{account}: is being collected by {busy.Holder}");
                break;
        }
    }

    public void Add(SortedLetter letter)
    {
        sorted.Enqueue(letter);
        foreach (var held in letter.Sorting.Held)
            Progress?.Invoke($"held: {held.Reason}");
    }

    public void Add(Delivery delivery)
    {
        deliveries.Enqueue(delivery);
        Progress?.Invoke(delivery.Outcome switch
        {
            DeliveryOutcome.Delivered => $"{delivery.Letter.Mailbox}: letter {delivery.Letter.Id} delivered",
            DeliveryOutcome.Duplicate duplicate => $"{delivery.Letter.Mailbox}: letter {delivery.Letter.Id} is a copy of {duplicate.First} and lies there once",
            DeliveryOutcome.Deferred deferred => $"{delivery.Letter.Mailbox}: letter {delivery.Letter.Id} waits. {deferred.Reason}",
            DeliveryOutcome.Refused refused => $"{delivery.Letter.Mailbox}: letter {delivery.Letter.Id} is held. {refused.Reason}",
            _ => "",
        });
    }

    public void AddPutAside()
    {
        Interlocked.Increment(ref aside);
        Progress?.Invoke("held: a queue message that could not be worked off");
    }

    internal static string Count(int number, string noun, string? nouns = null) => $"{number} {(number == 1 ? noun : nouns ?? noun + "s")}";
}
