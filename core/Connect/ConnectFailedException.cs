namespace Postroom.Connect;

/// <summary>A server cannot be reached or will not have us; the message says what was tried and what to change.</summary>
internal sealed class ConnectFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the server is well and only refused who we said we are.</summary>
    public bool IsLogIn { get; init; }
}
