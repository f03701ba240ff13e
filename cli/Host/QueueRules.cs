using System.Globalization;
using System.Text.Json;

namespace Postroom.Cli.Host;

/// <summary>How queues are worked off, from the same <c>host.json</c> the Functions host reads.</summary>
/// <param name="BatchSize">Messages taken at once, 1 to 32.</param>
/// <param name="NewBatchThreshold">Messages in work at or below which more are taken.</param>
/// <param name="MaxDequeueCount">Tries after which a message goes to the poison queue.</param>
/// <param name="RetryDelay">How long a failed message stays hidden (<c>visibilityTimeout</c>).</param>
/// <param name="MaxPollingInterval">Longest wait between two looks into an empty queue.</param>
internal sealed record QueueRules(int BatchSize, int NewBatchThreshold, int MaxDequeueCount, TimeSpan RetryDelay, TimeSpan MaxPollingInterval)
{
    /// <summary>Messages in work at most: what the host calls its parallelism.</summary>
    public int Together => BatchSize + NewBatchThreshold;

    /// <summary>
    /// Rules for work that mostly waits for others, as a POP3 session does: accounts whose servers hang then leave room
    /// for the rest. Memory is bounded by the budget of downloads, sessions by the cap for each host. In Azure the host
    /// starts further instances instead.
    /// </summary>
    public QueueRules ForWaiting() => this with { BatchSize = 32, NewBatchThreshold = Math.Max(NewBatchThreshold, 480) };

    /// <summary>Reads <c>extensions.queues</c>; what it leaves out is as the host has it by default.</summary>
    /// <exception cref="InvalidDataException">The file is there and cannot be used.</exception>
    public static QueueRules Read(string hostJson)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(hostJson), new() { CommentHandling = JsonCommentHandling.Skip });
            var queues = json.RootElement.TryGetProperty("extensions", out var extensions) && extensions.TryGetProperty("queues", out var found) ? found : default;
            return new(
                Math.Clamp(Number(queues, "batchSize", 16), 1, 32), Math.Max(0, Number(queues, "newBatchThreshold", 8)),
                Math.Max(1, Number(queues, "maxDequeueCount", 5)),
                Time(queues, "visibilityTimeout", TimeSpan.Zero), Time(queues, "maxPollingInterval", TimeSpan.FromMinutes(1)));
        }
        catch (Exception e) when (e is IOException or JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{hostJson} cannot be used: {e.Message}", e);
        }
    }

    private static int Number(JsonElement queues, string name, int otherwise) =>
        queues.ValueKind == JsonValueKind.Object && queues.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;

    private static TimeSpan Time(JsonElement queues, string name, TimeSpan otherwise) =>
        queues.ValueKind == JsonValueKind.Object && queues.TryGetProperty(name, out var value)
            ? TimeSpan.Parse(value.GetString()!, CultureInfo.InvariantCulture)
            : otherwise;
}
