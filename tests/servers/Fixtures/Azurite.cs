using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Xunit;

namespace Postroom.Tests.Servers;

/// <summary>
/// A storage account of our own: Azurite as <c>test.sh</c> installed it. As a class fixture it serves one test class;
/// <see cref="ClearAsync"/> gives each test an empty one.
/// </summary>
public sealed class Azurite : IAsyncLifetime
{
    // Not a secret: the account and key every Azurite has, published with it.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string Program =
        Path.Combine(Repository.Root, ".azurite", "npm", "node_modules", "azurite", "dist", "src", "azurite.js");

    private static readonly HttpClient Http = new();

    private readonly int blobPort = FreePort.Next();
    private readonly int queuePort = FreePort.Next();
    private readonly int tablePort = FreePort.Next();
    private ChildProcess? process;

    /// <summary>Folder that keeps the data while the server is down; null (default): memory only, three times as fast.</summary>
    public string? Folder { get; init; }

    /// <summary>For the setting <c>Storage</c>; the same before and after a restart.</summary>
    public string ConnectionString
    {
        get
        {
            Require();
            return $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};" +
                $"BlobEndpoint=http://127.0.0.1:{blobPort}/{Account};" +
                $"QueueEndpoint=http://127.0.0.1:{queuePort}/{Account};" +
                $"TableEndpoint=http://127.0.0.1:{tablePort}/{Account};";
        }
    }

    public BlobServiceClient Blobs => new(ConnectionString);

    public QueueServiceClient Queues => new(ConnectionString);

    public TableServiceClient Tables => new(ConnectionString);

    /// <summary>Starts it and waits until all three services answer.</summary>
    public async Task StartAsync()
    {
        Require();
        process = await ChildProcess.StartAsync(ClosedEnvironment.Find("node")!,
        [
            Program, "--silent", "--disableTelemetry",
            // The SDK speaks a newer API version than Azurite knows by name, and gets on with it.
            "--skipApiVersionCheck",
            "--blobPort", $"{blobPort}", "--queuePort", $"{queuePort}", "--tablePort", $"{tablePort}",
            .. Folder is null ? ["--inMemoryPersistence"] : new[] { "--location", Folder },
        ]);
        foreach (var port in (int[])[blobPort, queuePort, tablePort])
            // Any answer will do; without a key it is a refusal.
            await process.ReadyAsync(async stop =>
                (await Http.GetAsync(new Uri($"http://127.0.0.1:{port}/{Account}?comp=list"), stop)).Dispose());
    }

    /// <summary>Ends it in order: what a <see cref="Folder"/> keeps is written.</summary>
    public Task StopAsync() => process!.StopAsync();

    /// <summary>kill -9: callers see broken connections, and on disk up to five seconds are lost.</summary>
    public Task KillAsync() => process!.KillAllAsync();

    /// <summary>Deletes every container, queue and table.</summary>
    public async Task ClearAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        await foreach (var container in Blobs.GetBlobContainersAsync(cancellationToken: stop))
            await Blobs.DeleteBlobContainerAsync(container.Name, cancellationToken: stop);
        await foreach (var queue in Queues.GetQueuesAsync(cancellationToken: stop))
            await Queues.DeleteQueueAsync(queue.Name, stop);
        await foreach (var table in Tables.QueryAsync(cancellationToken: stop))
            await Tables.DeleteTableAsync(table.Name, stop);
    }

    // A fixture cannot skip the tests that use it, so its first use does: see Require.
    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        if (Missing is null || ClosedEnvironment.InCi)
            await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }

    private static string? Missing =>
        ClosedEnvironment.Find("node") is null ? "Node.js is missing; Azurite needs it." :
        !File.Exists(Program) ? "Azurite is missing: run ./test.sh once, it installs it." : null;

    private static void Require()
    {
        if (Missing is { } sentence)
            ClosedEnvironment.Lacks(sentence);
    }
}
