namespace Postroom.Collect;

/// <summary>How far a session has got.</summary>
/// <param name="Account">The account.</param>
/// <param name="Done">Letters fetched and enqueued by this poll.</param>
/// <param name="Left">Letters still to fetch, as far as listed.</param>
public sealed record CollectProgress(string Account, int Done, int Left);
