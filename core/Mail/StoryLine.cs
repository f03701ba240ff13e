namespace Postroom.Mail;

/// <summary>One thing that happened to a letter beside its straight way: it was held, a person released it.</summary>
/// <param name="At">When.</param>
/// <param name="What">In a sentence.</param>
public sealed record StoryLine(DateTimeOffset At, string What);
