namespace Postroom.Receive;

/// <summary>The door cannot be opened; the message says why in a sentence for the administrator.</summary>
public sealed class DoorException(string message, Exception inner) : Exception(message, inner);
