namespace Postroom.Cli.Host;

/// <summary>The storage emulator cannot be started; the message says what to do.</summary>
internal sealed class EmulatorException(string message, Exception? inner = null) : Exception(message, inner);
