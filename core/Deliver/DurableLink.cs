using System.Runtime.InteropServices;

namespace Postroom.Deliver;

/// <summary>Gives a finished file its final name, atomically and for good; an equal name that is there already wins.</summary>
internal static partial class DurableLink
{
    private const int AlreadyExists = 17; // EEXIST
    private const int ReadOnlyFolder = 0x10000; // O_RDONLY | O_DIRECTORY

    /// <exception cref="IOException">It could not be done; <paramref name="final"/> then does not exist.</exception>
    public static void Publish(string temporary, string final)
    {
        if (!OperatingSystem.IsLinux())
        {
            MoveUnlessThere(temporary, final);
            return;
        }

        if (Link(temporary, final) != 0 && Marshal.GetLastPInvokeError() != AlreadyExists)
            // Shares such as Azure Files over SMB have no hard links.
            MoveUnlessThere(temporary, final);
        SyncFolder(Path.GetDirectoryName(final)!);
    }

    private static void MoveUnlessThere(string temporary, string final)
    {
        try
        {
            File.Move(temporary, final, overwrite: false);
        }
        catch (IOException) when (File.Exists(final))
        {
            // Its name is the letter's id: what is there is this letter.
        }
    }

    // Without it a power cut may forget the name although the file's bytes are on the disk.
    private static void SyncFolder(string folder)
    {
        var handle = Open(folder, ReadOnlyFolder);
        if (handle < 0)
            throw new IOException($"Cannot open {folder} to make a delivery durable (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            // Some network shares cannot sync a folder (EINVAL) and are durable, or not, by themselves.
            const int Invalid = 22;
            if (Sync(handle) != 0 && Marshal.GetLastPInvokeError() != Invalid)
                throw new IOException($"Cannot make a delivery in {folder} durable (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
