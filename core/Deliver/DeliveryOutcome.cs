using Postroom.Queues;

namespace Postroom.Deliver;

/// <summary>A letter with what became of it.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="Outcome">What the target made of it.</param>
public sealed record Delivery(DeliverLetter Letter, DeliveryOutcome Outcome);

/// <summary>What a target made of a letter. A closed set: expected failures are values.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome() { }

    /// <summary>The target has the letter; so it had if an earlier attempt put it there.</summary>
    /// <param name="Answer">Where it lies, or the target's words.</param>
    public sealed record Delivered(string Answer) : DeliveryOutcome
    {
        /// <summary>Whether the ledger said so already; then its row stays as it is.</summary>
        public bool Before { get; init; }
    }

    /// <summary>An equal letter for the same recipient lies there already, so this copy was not put beside it.</summary>
    /// <param name="First">Id of that letter.</param>
    public sealed record Duplicate(string First) : DeliveryOutcome
    {
        /// <inheritdoc cref="Delivered.Before"/>
        public bool Before { get; init; }
    }

    /// <summary>Not now: a time-out, a full disk, 4yz, anything unknown.</summary>
    /// <param name="Reason">The target's own words.</param>
    public sealed record Deferred(string Reason) : DeliveryOutcome
    {
        /// <summary>Whether the target as a whole is at fault: then every other letter for it would fare the same.</summary>
        public bool TargetDown { get; init; }

        /// <summary>Set when the letter was not even tried, because its target is known to be down or busy: how long it waits. That costs it no attempt.</summary>
        public TimeSpan? Untried { get; init; }
    }

    /// <summary>Never this way: a person must look.</summary>
    /// <param name="Reason">The target's own words.</param>
    public sealed record Refused(string Reason) : DeliveryOutcome;
}
