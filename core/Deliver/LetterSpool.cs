using System.Buffers;

namespace Postroom.Deliver;

/// <summary>
/// A letter with our headers on top and every line ended by CR LF, ready to be sent more than once and of known length:
/// IMAP wants to know it first (RFC 9051 §4.3). Small ones stay in memory, large ones lie in a file for the moment.
/// </summary>
internal sealed class LetterSpool : IDisposable
{
    private const int Piece = 32 << 10;
    private const int MostInMemory = 1 << 20;

    private LetterSpool(Stream bytes) => Bytes = bytes;

    public Stream Bytes { get; }

    /// <param name="headers">Our trace headers.</param>
    /// <param name="size">Octets <paramref name="bytes"/> must have.</param>
    /// <param name="bytes">The letter.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="StoredLetterException">It cannot be read whole.</exception>
    public static async Task<LetterSpool> FillAsync(ReadOnlyMemory<byte> headers, long size, Stream bytes, CancellationToken stop)
    {
        var spool = new LetterSpool(size <= MostInMemory ? new MemoryStream((int)size + headers.Length) : InFile());
        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        var output = ArrayPool<byte>.Shared.Rent(LetterLines.Most(Math.Max(piece.Length, headers.Length)));
        try
        {
            var lines = new LetterLines(doubleDots: false);
            await spool.Bytes.WriteAsync(output.AsMemory(0, lines.Write(headers.Span, output)), stop);
            long read = 0;
            for (int count; (count = await ReadAsync()) > 0; read += count)
                await spool.Bytes.WriteAsync(output.AsMemory(0, lines.Write(piece.AsSpan(0, count), output)), stop);
            return read == size ? spool : throw new StoredLetterException(new IOException($"Read {read} of {size} octets."));
        }
        catch
        {
            spool.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            ArrayPool<byte>.Shared.Return(output);
        }

        async ValueTask<int> ReadAsync()
        {
            try
            {
                return await bytes.ReadAsync(piece, stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new StoredLetterException(e);
            }
        }
    }

    public void Dispose() => Bytes.Dispose();

    private static FileStream InFile() => new(
        Path.Combine(Path.GetTempPath(), $"postroom-{Guid.CreateVersion7():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, Piece,
        FileOptions.Asynchronous | FileOptions.DeleteOnClose);
}
