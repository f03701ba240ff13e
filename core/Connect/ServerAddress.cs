using Postroom.Accounts;

namespace Postroom.Connect;

/// <summary>A server letters come from or go to, and how far to trust it.</summary>
/// <param name="Setting">Beginning of its settings' names, such as <c>Accounts__anna__</c>: sentences say what to change.</param>
/// <param name="Host">Host name or address; <c>unix:/path</c> for a socket in the file system.</param>
/// <param name="Port">TCP port; 0 for a socket in the file system.</param>
/// <param name="Security">How the connection is protected.</param>
/// <param name="CaFile">PEM file with the only authorities to trust; null: those of the system.</param>
/// <param name="Pin">SHA-256 of the only certificate to trust, in hex; null: verify by authority and name.</param>
public sealed record ServerAddress(string Setting, string Host, int Port, Security Security, string? CaFile, string? Pin)
{
    internal const string SocketPrefix = "unix:";

    /// <summary>Path of a socket in the file system; null for a host.</summary>
    public string? SocketPath => Host.StartsWith(SocketPrefix, StringComparison.Ordinal) ? Host[SocketPrefix.Length..] : null;

    /// <inheritdoc/>
    public override string ToString() => SocketPath ?? $"{Host}:{Port}";
}
