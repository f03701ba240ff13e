using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Postroom.Store;

/// <summary>
/// The raw letters. A blob is written once and never changed; its name is the letter's id, so writing it again after a
/// crash finds the same bytes already there.
/// </summary>
public sealed class LetterStore
{
    /// <summary>The container's name.</summary>
    public const string ContainerName = "letters";

    private static readonly BlobUploadOptions WriteOnce = new()
    {
        Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
        HttpHeaders = new BlobHttpHeaders { ContentType = "message/rfc822" },
    };

    private readonly BlobContainerClient container;

    internal LetterStore(BlobContainerClient container) => this.container = container;

    internal BlobContainerClient Container => container;

    /// <summary>The blob's name for a letter's id.</summary>
    public static string BlobName(string letterId) => letterId + ".eml";

    /// <summary>Writes a letter once.</summary>
    /// <returns>
    /// True if this call wrote it, false if it was there. False also when the SDK repeated a write whose answer was lost,
    /// so it never means "somebody else has seen to it", only "look before you act twice".
    /// </returns>
    public async Task<bool> PutAsync(string blob, Stream bytes, CancellationToken stop)
    {
        try
        {
            await container.GetBlobClient(blob).UploadAsync(bytes, WriteOnce, stop);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    /// <summary>Opens a letter's bytes as they came; one request, nothing buffered whole.</summary>
    /// <returns>Null if there is no such blob.</returns>
    public async Task<Stream?> OpenAsync(string blob, CancellationToken stop)
    {
        try
        {
            return (await container.GetBlobClient(blob).DownloadStreamingAsync(cancellationToken: stop)).Value.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Octets of a stored letter; null if there is no such blob.</summary>
    public async Task<long?> SizeAsync(string blob, CancellationToken stop)
    {
        try
        {
            return (await container.GetBlobClient(blob).GetPropertiesAsync(cancellationToken: stop)).Value.ContentLength;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Removes a letter; only Sweep does, once no desk needs it.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> RemoveAsync(string blob, CancellationToken stop) =>
        await container.GetBlobClient(blob).DeleteIfExistsAsync(cancellationToken: stop);
}
