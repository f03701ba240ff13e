namespace Postroom.Queues;

/// <summary>The queues between the stages.</summary>
/// <param name="Collect">Accounts due for a poll.</param>
/// <param name="Inbound">Stored letters that wait for their recipients.</param>
/// <param name="Deliver">Letters that wait for their desk.</param>
public sealed record WorkQueues(WorkQueue Collect, WorkQueue Inbound, WorkQueue Deliver)
{
    /// <summary>What the Functions host appends to a queue's name for messages it gave up on.</summary>
    public const string PoisonSuffix = "-poison";
}
