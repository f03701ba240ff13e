namespace Postroom.Collect;

/// <summary>A letter broke the session. What was stored until then is remembered, and <see cref="PollLessons"/> may know how to get past it.</summary>
internal sealed class BrokenSessionException(Exception cause) : Exception(cause.Message, cause);
