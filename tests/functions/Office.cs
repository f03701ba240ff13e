using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;
using Postroom.Tests.Servers;
using Xunit;

namespace Postroom.Tests.Functions;

/// <summary>An office of the sample's settings over real storage, and in the Functions host's place: it hands a function what its queue holds.</summary>
internal sealed class Office : IAsyncDisposable
{
    private static readonly string[] Changed = ["AzureWebJobsStorage", "Targets__default__Path", "RetainDays"];

    private readonly Azurite azurite;
    private readonly PostroomSettings settings;
    private ServiceProvider services;
    private readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("postroom-functions-");

    private Office(Azurite azurite, string host)
    {
        this.azurite = azurite;
        var file = Sample.Settings.ToDictionary(static s => s.Key, static s => s.Value, StringComparer.OrdinalIgnoreCase);
        Assert.All(Changed, name => Assert.Contains(name, file));
        file["AzureWebJobsStorage"] = azurite.ConnectionString;
        file["Targets__default__Path"] = folder.FullName;
        file["RetainDays"] = "0";
        // Nobody listens there, and nobody on the network is asked.
        file["Accounts__anna__Host"] = host;
        file["Accounts__anna__Port"] = $"{FreePort.Next()}";
        settings = SettingsReader.Read(file, new Dictionary<string, string>(), folder.FullName);
        services = Start();
    }

    public static async Task<Office> OpenAsync(Azurite azurite)
    {
        await azurite.ClearAsync();
        var office = new Office(azurite, "127.0.0.1");
        await office.Get<OfficeStorage>().PrepareAsync(Stop);
        return office;
    }

    /// <summary>From here on another instance of the app does the work: it knows nothing of what this one did.</summary>
    public async Task ReplaceInstanceAsync()
    {
        await services.DisposeAsync();
        services = Start();
    }

    private ServiceProvider Start() => new ServiceCollection().AddLogging().AddPostroom(settings)
        .BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>Runs a function by the clock.</summary>
    public Task StrikeAsync(string function, CancellationToken? stop = null) =>
        Trigger.Of(function).RunAsync(services, null, stop ?? Stop);

    /// <summary>Puts a message where a function listens, and hands it out to the function.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="body">The message.</param>
    /// <param name="tries">How often the queue hands it out before the function gets it, that time included.</param>
    /// <param name="stop">What the function sees.</param>
    public async Task HandOutAsync(string function, BinaryData body, int tries = 1, CancellationToken? stop = null)
    {
        var queue = QueueOf(Sample.Resolve(Trigger.Of(function).Queue!));
        await queue.SendMessageAsync(body, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: Stop);
        QueueMessage message = await queue.ReceiveMessageAsync(cancellationToken: Stop);
        for (var i = 1; i < tries; i++)
        {
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.MessageText, TimeSpan.Zero, Stop);
            message = await queue.ReceiveMessageAsync(cancellationToken: Stop);
        }

        await Trigger.Of(function).RunAsync(services, AsTheWorkerMakesIt(message), stop ?? Stop);
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
    }

    /// <summary>What waits in a queue.</summary>
    public async Task<IReadOnlyList<BinaryData>> WaitingAsync(string queue) =>
        [.. (await QueueOf(queue).PeekMessagesAsync(32, Stop)).Value.Select(static m => m.Body)];

    /// <summary>A stored letter that Anna's account has brought.</summary>
    public async Task<InboundLetter> StoreAsync(string id)
    {
        var bytes = Encoding.ASCII.GetBytes("From: clara@example.net\r\nSubject: Minutes\r\n\r\nHello.\r\n");
        await Get<OfficeStorage>().Letters.PutAsync(LetterStore.BlobName(id), new MemoryStream(bytes), Stop);
        return new()
        {
            Id = id,
            Blob = LetterStore.BlobName(id),
            Size = bytes.Length,
            Received = DateTimeOffset.UnixEpoch,
            Account = "anna",
            Evidence = HeaderEvidence.Nothing,
        };
    }

    public async Task<DeliverLetter> ResolvedAsync(string id)
    {
        var letter = await StoreAsync(id);
        return new()
        {
            Id = id,
            Blob = letter.Blob,
            Size = letter.Size,
            Received = letter.Received,
            Account = letter.Account,
            Mailbox = "anna",
            Target = "default",
            DecidedBy = "account",
            Reason = "A test says so.",
            Desks = ["anna"],
        };
    }

    public async Task<bool> IsStoredAsync(string id) =>
        await azurite.Blobs.GetBlobContainerClient(LetterStore.ContainerName).GetBlobClient(LetterStore.BlobName(id)).ExistsAsync(Stop);

    /// <summary>The letters on Anna's desk.</summary>
    public IReadOnlyList<string> OnDesk()
    {
        var desk = Path.Combine(folder.FullName, "anna", "new");
        return System.IO.Directory.Exists(desk) ? System.IO.Directory.GetFiles(desk) : [];
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private QueueClient QueueOf(string name) => azurite.Queues.GetQueueClient(name);

    // The worker gets text over its wire and makes the message anew from it.
    private static QueueMessage AsTheWorkerMakesIt(QueueMessage message) => QueuesModelFactory.QueueMessage(
        message.MessageId, message.PopReceipt, message.MessageText, message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn);
}
