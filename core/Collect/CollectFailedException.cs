namespace Postroom.Collect;

/// <summary>A poll could not go on, for a reason an administrator can read. Caught by <see cref="Collector"/> and written into the account's state.</summary>
internal sealed class CollectFailedException(string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    /// <summary>What the server meant, if it did not let us in.</summary>
    public LogInRefusal Refusal { get; init; }

    /// <summary>Least time between two log-ins as the server announced it; zero if it did not.</summary>
    public TimeSpan LogInDelay { get; init; }
}
