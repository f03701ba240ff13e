using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Xunit;

namespace Postroom.Tests.Servers;

/// <summary>What the other tests rely on when they use <see cref="Azurite"/>.</summary>
public sealed class AzuriteTests(Azurite storage) : IClassFixture<Azurite>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_blob_a_message_and_a_row_come_back_as_they_went_in()
    {
        await FillAsync(storage, "round");

        Assert.Equal("letter", await BlobAsync(storage, "round"));
        var message = await storage.Queues.GetQueueClient("round").ReceiveMessageAsync(cancellationToken: Stop);
        Assert.Equal("{\"v\":1}", message.Value.MessageText);
        var row = await storage.Tables.GetTableClient("round").GetEntityAsync<TableEntity>("account", "letter", cancellationToken: Stop);
        Assert.Equal("delivered", row.Value["State"]);
    }

    [Fact]
    public async Task A_blob_is_written_once()
    {
        var container = storage.Blobs.GetBlobContainerClient("once");
        await container.CreateAsync(cancellationToken: Stop);
        await container.UploadBlobAsync("letter", BinaryData.FromString("first"), Stop);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(
            () => container.UploadBlobAsync("letter", BinaryData.FromString("second"), Stop));

        Assert.Equal(409, refused.Status);
    }

    [Fact]
    public async Task Cleared_storage_is_empty_and_takes_the_same_names_again()
    {
        await using var own = new Azurite();
        await own.StartAsync();
        await FillAsync(own, "letters");

        await own.ClearAsync();

        Assert.Empty(await own.Blobs.GetBlobContainersAsync(cancellationToken: Stop).ToListAsync(Stop));
        Assert.Empty(await own.Queues.GetQueuesAsync(cancellationToken: Stop).ToListAsync(Stop));
        Assert.Empty(await own.Tables.QueryAsync(cancellationToken: Stop).ToListAsync(Stop));
        await FillAsync(own, "letters");
        Assert.Equal(1, (await own.Queues.GetQueueClient("letters").GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Data_on_disk_is_there_after_stop_and_start()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("postroom-azurite-").FullName;
        try
        {
            await using var own = new Azurite { Folder = folder };
            await own.StartAsync();
            await FillAsync(own, "kept");

            await own.StopAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => ImpatientAsync(own));
            await own.StartAsync();

            Assert.Equal("letter", await BlobAsync(own, "kept"));
            Assert.Equal(1, (await own.Queues.GetQueueClient("kept").GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount);
            Assert.True((await own.Tables.GetTableClient("kept").GetEntityIfExistsAsync<TableEntity>("account", "letter", cancellationToken: Stop)).HasValue);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Data_in_memory_is_gone_after_a_kill_and_the_address_stays()
    {
        await using var own = new Azurite();
        await own.StartAsync();
        var address = own.ConnectionString;
        await FillAsync(own, "lost");

        await own.KillAsync();
        await own.StartAsync();

        Assert.Equal(address, own.ConnectionString);
        Assert.False((await own.Blobs.GetBlobContainerClient("lost").ExistsAsync(Stop)).Value);
    }

    private static async Task FillAsync(Azurite storage, string name)
    {
        await storage.Blobs.CreateBlobContainerAsync(name, cancellationToken: Stop);
        await storage.Blobs.GetBlobContainerClient(name).UploadBlobAsync("letter", BinaryData.FromString("letter"), Stop);
        await storage.Queues.CreateQueueAsync(name, cancellationToken: Stop);
        await storage.Queues.GetQueueClient(name).SendMessageAsync("{\"v\":1}", timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: Stop);
        await storage.Tables.CreateTableAsync(name, Stop);
        await storage.Tables.GetTableClient(name)
            .AddEntityAsync(new TableEntity("account", "letter") { ["State"] = "delivered" }, Stop);
    }

    private static async Task<string> BlobAsync(Azurite storage, string name) =>
        (await storage.Blobs.GetBlobContainerClient(name).GetBlobClient("letter").DownloadContentAsync(Stop)).Value.Content.ToString();

    private static async Task ImpatientAsync(Azurite storage)
    {
        var once = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        await new BlobServiceClient(storage.ConnectionString, once).GetPropertiesAsync(Stop);
    }
}
