using System.Text.Json;
using Microsoft.Extensions.Logging;
using Postroom.Queues;
using Postroom.Store;

namespace Postroom.Hold;

/// <summary>
/// Puts on the shelf what the queues gave up on: letter by letter where the message can be read, else the message as it
/// is. A collect message holds no mail and the timer makes a new one, so it is only logged.
/// </summary>
public sealed partial class PoisonHold(OfficeStorage storage, HeldShelf shelf, ILogger<PoisonHold> log)
{
    private const string Crashed = "Its message failed too often in queue {0}; the log of that time says how. Release it to try again.";

    /// <summary>Holds a message from the poison queue of the inbound queue.</summary>
    public async Task HoldInboundAsync(BinaryData body, CancellationToken stop)
    {
        var queue = storage.Queues.Inbound.Name;
        try
        {
            foreach (var letter in InboundMessage.Read(body).Letters)
                await shelf.HoldAsync(letter, Because(queue), queue, null, stop);
        }
        catch (JsonException e)
        {
            await shelf.HoldAsync(queue, body, Unreadable(queue, e), stop);
        }

        LogHeld(queue);
    }

    /// <summary>Holds a message from the poison queue of the deliver queue.</summary>
    public async Task HoldDeliverAsync(BinaryData body, CancellationToken stop)
    {
        var queue = storage.Queues.Deliver.Name;
        try
        {
            foreach (var letter in DeliverMessage.Read(body).Letters)
                await shelf.HoldAsync(letter, Because(queue), queue, stop);
        }
        catch (JsonException e)
        {
            await shelf.HoldAsync(queue, body, Unreadable(queue, e), stop);
        }

        LogHeld(queue);
    }

    /// <summary>Notes a message from the poison queue of the collect queue.</summary>
    public async Task HoldCollectAsync(BinaryData body, CancellationToken stop)
    {
        var queue = storage.Queues.Collect.Name;
        try
        {
            LogCollect(CollectMessage.Read(body).Account);
        }
        catch (JsonException e)
        {
            await shelf.HoldAsync(queue, body, Unreadable(queue, e), stop);
            LogHeld(queue);
        }
    }

    private static string Because(string queue) => Crashed.Replace("{0}", queue, StringComparison.Ordinal);

    private static string Unreadable(string queue, JsonException e) =>
        $"This build cannot read the message in queue {queue}: {e.Message} A later build may; release it then.";

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "A message of queue {Queue} failed too often and is held")]
    private partial void LogHeld(string queue);

    [LoggerMessage(EventId = 402, Level = LogLevel.Error, Message = "Collecting account {Account} failed too often; the next poll tries again")]
    private partial void LogCollect(string account);
}
