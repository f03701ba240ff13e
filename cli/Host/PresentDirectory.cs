using System.Net.Sockets;
using Postroom.Directory;
using Postroom.Settings;

namespace Postroom.Cli.Host;

/// <summary>The directory for a command that answers at once: with the table where the storage account can be asked, else the settings alone.</summary>
/// <param name="Directory">Who gets what.</param>
/// <param name="Source"><c>settings and table</c> or <c>settings only</c>.</param>
internal sealed record PresentDirectory(RecipientDirectory Directory, string Source)
{
    public const string SettingsAndTable = "settings and table";
    public const string SettingsOnly = "settings only";

    /// <exception cref="InvalidDataException">What the settings or the table say contradicts itself.</exception>
    public static async Task<PresentDirectory> ReadAsync(PostroomSettings settings, CancellationToken stop)
    {
        try
        {
            var tables = settings.Storage.Open().Tables;
            // An emulator that does not run is no reason not to explain a letter. One that should be there is asked for
            // in vain by the SDK for many seconds, a closed port of this machine answers at once.
            if (tables.Uri.IsLoopback && !await ListensAsync(tables.Uri, stop))
                return RecipientDirectory.TryBuild(settings.Directory, out var directory, out var problems)
                    ? new(directory, SettingsOnly)
                    : throw new InvalidDataException(string.Join(Environment.NewLine, problems));
            return new(await new LiveDirectory(tables, settings.Directory, TimeProvider.System).CurrentAsync(stop), SettingsAndTable);
        }
        catch (DirectoryException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static async Task<bool> ListensAsync(Uri address, CancellationToken stop)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(address.DnsSafeHost, address.Port, stop);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
