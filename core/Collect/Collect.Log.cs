using Microsoft.Extensions.Logging;

namespace Postroom.Collect;

public sealed partial class Collector
{
    private void Log(string account, CollectOutcome outcome)
    {
        switch (outcome)
        {
            case CollectOutcome.Collected { Letters: > 0 } collected:
                LogCollected(account, collected.Letters, collected.LeftOnServer);
                break;
            case CollectOutcome.Collected collected:
                LogNothingNew(account, collected.LeftOnServer);
                break;
            case CollectOutcome.Failed failed:
                LogFailed(account, failed.Reason, failed.Letters);
                break;
        }
    }

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "Account {Account}: {Letters} letters collected, {Left} left on the server")]
    private partial void LogCollected(string account, int letters, int left);

    [LoggerMessage(EventId = 102, Level = LogLevel.Debug, Message = "Account {Account}: nothing new, {Left} left on the server")]
    private partial void LogNothingNew(string account, int left);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "Account {Account}: {Reason} ({Letters} letters were collected before)")]
    private partial void LogFailed(string account, string reason, int letters);

    [LoggerMessage(EventId = 104, Level = LogLevel.Information, Message = "Account {Account} is being collected by {Holder} until {Until:u} at the latest")]
    private partial void LogBusy(string account, string holder, DateTimeOffset until);

    [LoggerMessage(EventId = 105, Level = LogLevel.Warning, Message = "Account {Account}: this session lost its lease and stopped")]
    private partial void LogLeaseLost(Exception e, string account);

    [LoggerMessage(EventId = 106, Level = LogLevel.Warning, Message = "Account {Account}: the lease could not be given back and has to run out")]
    private partial void LogNotGivenBack(Exception e, string account);
}
