using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Postroom.Deliver;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Mail;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;
using Postroom.Sweep;
using Postroom.Tests.Servers.Directory;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>
/// Deliver over real storage, by a clock that is moved by hand: a message that waits can be had at once, and the wait it
/// was sent with is noted instead.
/// </summary>
internal sealed class DeliverOffice : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("postroom-deliver-").FullName;

    private DeliverOffice(Azurite storage, (string Name, string Value)[] settings)
    {
        var values = new Dictionary<string, string>
        {
            ["Storage"] = storage.ConnectionString,
            ["Domains"] = "example.com",
            ["Mailboxes__anna__Addresses"] = "anna@example.com",
            ["Postmaster"] = "anna",
            ["Targets__default__Path"] = Path.Combine(folder, "mail"),
        };
        foreach (var (name, value) in settings)
            values[name] = value;
        var read = SettingsReader.Read(values, new Dictionary<string, string>(), folder);
        read = read with { Storage = read.Storage with { Transport = new AtOnce() } };
        services = new ServiceCollection().AddLogging().AddPostroom(read).AddSingleton<TimeProvider>(Clock).BuildServiceProvider();
        Storage.Queues.Deliver.Sent += wait => Waits.Add(wait ?? TimeSpan.Zero);
    }

    public HandClock Clock { get; } = new();

    /// <summary>What messages were sent with, in order.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public OfficeStorage Storage => services.GetRequiredService<OfficeStorage>();

    public DeliveryLedger Ledger => services.GetRequiredService<DeliveryLedger>();

    public HeldShelf Shelf => services.GetRequiredService<HeldShelf>();

    public Sweeper Sweeper => services.GetRequiredService<Sweeper>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<DeliverOffice> OpenAsync(Azurite storage, params (string Name, string Value)[] settings)
    {
        await storage.ClearAsync();
        var office = new DeliverOffice(storage, settings);
        await office.Storage.PrepareAsync(Stop);
        return office;
    }

    /// <summary>Stores a letter and describes it.</summary>
    public async Task<DeliverLetter> StoreAsync(string text, string target = "x", string mailbox = "anna")
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var id = LetterId.Derive("office", text, System.Security.Cryptography.SHA256.HashData(bytes));
        using var stream = new MemoryStream(bytes);
        await Storage.Letters.PutAsync(LetterStore.BlobName(id), stream, Stop);
        return new()
        {
            Id = id, Blob = LetterStore.BlobName(id), Size = bytes.Length, Received = Clock.GetUtcNow(), Mailbox = mailbox, Target = target,
            Recipient = "anna@example.com", DecidedBy = "account", Reason = "", Desks = [mailbox],
        };
    }

    public async Task<IReadOnlyList<Delivery>> DeliverAsync(params DeliverLetter[] letters)
    {
        List<Delivery> done = [];
        foreach (var batch in DeliverMessage.Pack(letters))
            done.AddRange(await services.GetRequiredService<Deliverer>().DeliverAsync(DeliverMessage.Read(batch.Body), again: false, Stop));
        return done;
    }

    /// <summary>Everything that waits in the deliver queue, taken out.</summary>
    public async Task<List<DeliverLetter>> WaitingAsync()
    {
        List<DeliverLetter> waiting = [];
        while ((await Storage.Queues.Deliver.Client.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), Stop)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages)
            {
                waiting.AddRange(DeliverMessage.Read(message.Body).Letters);
                await Storage.Queues.Deliver.Client.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
            }
        }

        return waiting;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    // Takes the delay out of every message on its way.
    private sealed class AtOnce : HttpPipelineTransport
    {
        public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

        public override void Process(HttpMessage message) => throw new NotSupportedException("Every request of ours is asynchronous.");

        public override ValueTask ProcessAsync(HttpMessage message)
        {
            var uri = message.Request.Uri;
            if (message.Request.Method == RequestMethod.Post && uri.Path.EndsWith("/messages", StringComparison.Ordinal))
                uri.Query = System.Text.RegularExpressions.Regex.Replace(uri.Query, @"visibilitytimeout=\d+", "visibilitytimeout=0");
            return HttpClientTransport.Shared.ProcessAsync(message);
        }
    }
}
