using System.Text.Json;

namespace Postroom.Queues;

/// <summary>An account that is due for a poll.</summary>
/// <param name="V">Wire version; this build knows 1.</param>
/// <param name="Account">The account's name in the settings.</param>
/// <param name="Due">When it fell due.</param>
public sealed record CollectMessage(int V, string Account, DateTimeOffset Due)
{
    /// <summary>A message of the current version.</summary>
    public static CollectMessage For(string account, DateTimeOffset due, bool forced) => new(1, account, due) { Forced = forced };

    /// <summary>Whether to poll even if the account is not due: somebody asked for it.</summary>
    public bool Forced { get; init; }

    /// <summary>Reads a message from the collect queue.</summary>
    /// <exception cref="JsonException">Not ours, or from a later build: poison it.</exception>
    public static CollectMessage Read(BinaryData body) =>
        QueueJson.Read(body, QueueJson.Default.CollectMessage, static _ => true);

    /// <summary>The message as it travels.</summary>
    public BinaryData Write() => new(JsonSerializer.SerializeToUtf8Bytes(this, QueueJson.Default.CollectMessage));
}
