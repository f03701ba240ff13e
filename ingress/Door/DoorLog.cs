using Microsoft.Extensions.Logging;

namespace Postroom.Receive;

/// <summary>What the process around the door has to say.</summary>
internal static partial class DoorLog
{
    [LoggerMessage(EventId = 210, Level = LogLevel.Warning, Message = "The storage account could not be prepared; letters are refused for now if something is missing in it")]
    public static partial void NotPrepared(ILogger log, Exception e);
}
