using Azure.Data.Tables;

namespace Postroom.Directory;

/// <summary>The directory as it is now.</summary>
public sealed class LiveDirectory
{
    private readonly RecipientDirectory fromSettings;

    /// <summary>A directory from settings.</summary>
    /// <exception cref="InvalidOperationException">The entries contradict each other.</exception>
    public LiveDirectory(TableServiceClient tables, DirectoryEntries entries, TimeProvider time) =>
        fromSettings = RecipientDirectory.TryBuild(entries, out var built, out var problems) ? built : throw new InvalidOperationException(string.Join(' ', problems));

    /// <summary>The present state.</summary>
    public ValueTask<RecipientDirectory> CurrentAsync(CancellationToken stop) => ValueTask.FromResult(fromSettings);
}
