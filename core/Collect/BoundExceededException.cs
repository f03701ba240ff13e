namespace Postroom.Collect;

/// <summary>A server said more than a phase of the session allows. An <see cref="IOException"/>, since the connection cannot be used any further.</summary>
internal sealed class BoundExceededException(Bound bound, string sentence) : IOException(sentence)
{
    /// <summary>What was exceeded.</summary>
    public Bound Bound { get; } = bound;
}
