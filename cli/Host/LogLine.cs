using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Postroom.Cli.Host;

/// <summary>One line a log entry, for somebody who wants to know what is wrong; where in the code it went wrong comes below it only when asked for.</summary>
internal sealed class LogLine(bool withStack) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "postroom";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = entry.Formatter(entry.State, entry.Exception);
        var cause = entry.Exception is null ? "" : ": " + entry.Exception.Message.Split('\n')[0].Trim();
        textWriter.WriteLine($"{TimeProvider.System.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {Word(entry.LogLevel)} {Counter.Safe(text + cause)}");
        if (withStack && entry.Exception is not null)
            textWriter.WriteLine(entry.Exception);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        _ => "info",
    };
}
