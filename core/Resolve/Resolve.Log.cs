using Microsoft.Extensions.Logging;

namespace Postroom.Resolve;

public sealed partial class Resolver
{
    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Letter {Letter} sorted by {DecidedBy} onto {Desks} desks")]
    private partial void LogSorted(string letter, string decidedBy, int desks);

    [LoggerMessage(EventId = 202, Level = LogLevel.Warning, Message = "Letter {Letter} is held: {Reason}")]
    private partial void LogHeld(string letter, string reason);

    [LoggerMessage(EventId = 203, Level = LogLevel.Error, Message = "Letter {Letter} could not be sorted and goes back alone")]
    private partial void LogAlone(Exception e, string letter);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning, Message = "Letter {Letter} tells {Mailbox} that letters for an unknown address are held")]
    private partial void LogNotice(string letter, string mailbox);
}
