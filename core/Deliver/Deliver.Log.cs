using Microsoft.Extensions.Logging;

namespace Postroom.Deliver;

public sealed partial class Deliverer
{
    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "Letter {Letter} delivered to {Mailbox}: {Answer}")]
    private partial void LogDelivered(string letter, string mailbox, string answer);

    [LoggerMessage(EventId = 302, Level = LogLevel.Warning, Message = "Letter {Letter} for {Mailbox} waits {Wait}: {Reason}")]
    private partial void LogDeferred(string letter, string mailbox, TimeSpan wait, string reason);

    [LoggerMessage(EventId = 303, Level = LogLevel.Warning, Message = "Letter {Letter} for {Mailbox} is held: {Reason}")]
    private partial void LogHeld(string letter, string mailbox, string reason);

    [LoggerMessage(EventId = 304, Level = LogLevel.Error, Message = "Letter {Letter} for {Mailbox}: unexpected failure, tried again later")]
    private partial void LogSurprise(Exception e, string letter, string mailbox);

    [LoggerMessage(EventId = 305, Level = LogLevel.Information, Message = "Letter {Letter} for {Mailbox} is a copy of {First} and was not delivered again")]
    private partial void LogDuplicate(string letter, string mailbox, string first);
}
