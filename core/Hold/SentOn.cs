using Postroom.Mail;

namespace Postroom.Hold;

/// <summary>What became of the wish to send on something that was held. A closed set.</summary>
/// <param name="Held">What it was.</param>
public abstract record SentOn(HeldLetter Held)
{
    /// <summary>It is in the queue again.</summary>
    /// <param name="Held">What it was.</param>
    /// <param name="Line">What the trace says about it.</param>
    public sealed record Done(HeldLetter Held, StoryLine Line) : SentOn(Held);

    /// <summary>It stays where it is.</summary>
    /// <param name="Held">What it is.</param>
    /// <param name="Reason">Why, and what to do.</param>
    public sealed record Refused(HeldLetter Held, string Reason) : SentOn(Held);
}
