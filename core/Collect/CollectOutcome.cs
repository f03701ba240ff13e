namespace Postroom.Collect;

/// <summary>How a poll ended. A closed set.</summary>
public abstract record CollectOutcome
{
    private CollectOutcome() { }

    /// <summary>The account was polled to the end.</summary>
    /// <param name="Letters">Letters stored and enqueued by this poll.</param>
    /// <param name="LeftOnServer">Letters that stay there.</param>
    public sealed record Collected(int Letters, int LeftOnServer) : CollectOutcome;

    /// <summary>Another process is collecting it.</summary>
    /// <param name="Holder">Which.</param>
    public sealed record Busy(string Holder) : CollectOutcome;

    /// <summary>It was not due any more, or is switched off or gone from the settings.</summary>
    public sealed record NotDue : CollectOutcome;

    /// <summary>It could not be polled to the end; what was stored until then is on its way.</summary>
    /// <param name="Reason">One sentence with the server's own words.</param>
    /// <param name="Letters">Letters stored and enqueued by this poll.</param>
    public sealed record Failed(string Reason, int Letters) : CollectOutcome;
}
