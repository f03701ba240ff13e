using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postroom.Directory;
using Postroom.Settings;

namespace Postroom.Cli.Host;

/// <summary>Who has which address now, for a command that also works while the storage account is away.</summary>
internal static class PresentDirectory
{
    /// <summary>Settings and table, or the settings alone.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="InvalidDataException">The settings, or settings and table, contradict themselves.</exception>
    public static async Task<(RecipientDirectory Directory, bool WithTable)> FindAsync(PostroomSettings settings, CancellationToken stop)
    {
        if (!RecipientDirectory.TryBuild(settings.Directory, out var directory, out var problems))
            throw new InvalidDataException(string.Join(Environment.NewLine, problems));
        // Nobody starts the emulator just to ask, and the table's client would wait for it long.
        if (settings.Storage.IsDevelopment && !await Emulator.ListensAsync(stop))
            return (directory, false);
        await using var services = Counter.Services(settings, LogLevel.None);
        try
        {
            return (await services.GetRequiredService<LiveDirectory>().CurrentAsync(stop), true);
        }
        catch (DirectoryException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
        catch (Exception e) when (!stop.IsCancellationRequested
            && e is Azure.RequestFailedException or TimeoutException or AggregateException or OperationCanceledException)
        {
            return (directory, false);
        }
    }
}
