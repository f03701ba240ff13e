using System.Buffers;
using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace Postroom.Store;

/// <summary>
/// A letter on its way into the store while it still comes in. A small one is one request at the end; of a larger one
/// blocks go ahead, which nobody sees before <see cref="CommitAsync"/> and which the store forgets by itself if that never
/// comes. Memory: two blocks at most, whatever the letter's size. Not thread-safe.
/// </summary>
public sealed class LetterUpload : IDisposable
{
    /// <summary>Octets of a block. The service takes 50,000 blocks, so a letter may have 25 GB.</summary>
    internal const int BlockSize = 512 << 10;

    /// <summary>Less of <see cref="Room"/> than this counts as none.</summary>
    public const int LeastRoom = 64;

    private const int FirstSize = 16 << 10;

    private readonly BlobContainerClient container;
    private readonly string blob;
    private readonly TimeSpan patience;
    private readonly TimeProvider time;
    private readonly List<string> blocks = [];
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private byte[]? spare;
    private int filled;
    private Task underWay = Task.CompletedTask;

    internal LetterUpload(BlobContainerClient container, string blob, TimeSpan patience, TimeProvider time) =>
        (this.container, this.blob, this.patience, this.time) = (container, blob, patience, time);

    /// <summary>Octets taken so far.</summary>
    public long Size { get; private set; }

    /// <summary>Where the next octets go; <see cref="MakeRoomAsync"/> is due below <see cref="LeastRoom"/>.</summary>
    public Span<byte> Room => buffer.AsSpan(filled);

    /// <summary>Says how much of <see cref="Room"/> was filled.</summary>
    public void Advance(int count)
    {
        filled += count;
        Size += count;
    }

    /// <summary>Makes <see cref="Room"/>; waits for the block before if that is still under way, so nobody writes faster than the store takes.</summary>
    /// <exception cref="RequestFailedException">The store refused a block; the letter cannot be completed.</exception>
    /// <exception cref="OperationCanceledException">A block took too long, likewise.</exception>
    public async ValueTask MakeRoomAsync()
    {
        if (Room.Length >= LeastRoom)
            return;
        if (buffer.Length < BlockSize)
        {
            Grow();
            return;
        }

        await underWay;
        var full = buffer;
        underWay = StageAsync(full, filled, CancellationToken.None);
        (buffer, spare, filled) = (spare ?? ArrayPool<byte>.Shared.Rent(BlockSize), full, 0);
    }

    /// <summary>Makes the letter appear in the store, whole and once. Returning means it is there.</summary>
    /// <exception cref="RequestFailedException">It may or may not be there.</exception>
    public async Task CommitAsync(CancellationToken stop)
    {
        try
        {
            var client = container.GetBlockBlobClient(blob);
            if (blocks.Count == 0)
            {
                using var whole = new MemoryStream(buffer, 0, filled, writable: false);
                await client.UploadAsync(whole, LetterStore.WriteOnce, stop);
                return;
            }

            await underWay;
            if (filled > 0)
                await StageAsync(buffer, filled, stop);
            await client.CommitBlockListAsync(blocks, LetterStore.CommitOnce, stop);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // Its name is ours alone: the SDK repeated a write whose answer was lost.
        }
    }

    /// <summary>Gives the memory back; what was not committed never was.</summary>
    public void Dispose()
    {
        // A block still under way reads its buffer: that one is left to the collector.
        if (underWay.IsCompleted && spare is not null)
            ArrayPool<byte>.Shared.Return(spare);
        _ = underWay.Exception;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        (buffer, spare) = ([], null);
    }

    private async Task StageAsync(byte[] bytes, int count, CancellationToken stop)
    {
        // All of one length, as the service demands.
        var id = Convert.ToBase64String(Encoding.ASCII.GetBytes(blocks.Count.ToString("D6", CultureInfo.InvariantCulture)));
        blocks.Add(id);
        using var block = new MemoryStream(bytes, 0, count, writable: false);
        // A clock for each block: between two of them a slow sender may take as long as it is let.
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        await container.GetBlockBlobClient(blob).StageBlockAsync(id, block, cancellationToken: either.Token);
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 4, BlockSize));
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
