using Azure.Storage.Blobs.Models;
using Postroom.Store;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>A letter that goes to the store while it still comes in.</summary>
public sealed class LetterUploadTests(Azurite storage) : IClassFixture<Azurite>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(LetterUpload.BlockSize - 1)]
    [InlineData(LetterUpload.BlockSize)]
    [InlineData(LetterUpload.BlockSize + 1)]
    [InlineData(3 * LetterUpload.BlockSize)]
    [InlineData(3 * LetterUpload.BlockSize + 77)]
    public async Task Every_length_comes_through(int length)
    {
        var letters = await LettersAsync();
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var name = $"length-{length}.eml";
        using (var upload = letters.Begin(name, TimeSpan.FromMinutes(1), TimeProvider.System))
        {
            await WriteAsync(upload, bytes);
            await upload.CommitAsync(Stop);
            Assert.Equal(length, upload.Size);
        }

        await using var stored = await letters.OpenAsync(name, Stop);
        using var read = new MemoryStream();
        await stored!.CopyToAsync(read, Stop);
        Assert.True(read.ToArray().AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task Nobody_sees_it_before_it_is_whole()
    {
        var letters = await LettersAsync();
        using (var upload = letters.Begin("half.eml", TimeSpan.FromMinutes(1), TimeProvider.System))
            await WriteAsync(upload, new byte[3 * LetterUpload.BlockSize]);

        Assert.Null(await letters.OpenAsync("half.eml", Stop));
        await foreach (var blob in storage.Blobs.GetBlobContainerClient(LetterStore.ContainerName).GetBlobsAsync(cancellationToken: Stop))
            Assert.NotEqual("half.eml", blob.Name);
    }

    [Fact]
    public async Task The_patience_is_for_the_store_and_not_for_a_slow_sender()
    {
        var letters = await LettersAsync();
        var patience = TimeSpan.FromSeconds(5);
        using var upload = letters.Begin("slow.eml", patience, TimeProvider.System);
        await WriteAsync(upload, new byte[2 * LetterUpload.BlockSize]);
        await Task.Delay(patience + TimeSpan.FromSeconds(1), Stop);
        await WriteAsync(upload, new byte[2 * LetterUpload.BlockSize]);
        await upload.CommitAsync(Stop);

        await using var stored = await letters.OpenAsync("slow.eml", Stop);
        Assert.NotNull(stored);
    }

    private async Task<LetterStore> LettersAsync()
    {
        var container = storage.Blobs.GetBlobContainerClient(LetterStore.ContainerName);
        await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: Stop);
        return new(container);
    }

    private static async Task WriteAsync(LetterUpload upload, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(upload.Room.Length, bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(upload.Room);
            upload.Advance(count);
            at += count;
            await upload.MakeRoomAsync();
        }
    }
}
