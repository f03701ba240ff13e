using Microsoft.Extensions.Logging;

namespace Postroom.Directory;

public sealed partial class LiveDirectory
{
    [LoggerMessage(EventId = 701, Level = LogLevel.Information, Message = "Directory: generation {Generation} of the table is in use, {Addresses} addresses with those of the settings")]
    private partial void LogChanged(string generation, int addresses);

    [LoggerMessage(EventId = 702, Level = LogLevel.Warning, Message = "Directory: the table cannot be used, what was read last stays in use")]
    private partial void LogUnreadable(Exception e);
}
