using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Postroom.Collect;
using Postroom.Deliver;
using Postroom.Hold;
using Postroom.Ledger;
using Postroom.Queues;
using Postroom.Resolve;
using Postroom.Settings;
using Postroom.Store;
using Postroom.Sweep;
using Postroom.Tests.Servers.Directory;
using Xunit;

namespace Postroom.Tests.Servers.Hold;

/// <summary>
/// A company with one multidrop account at a real provider, whose stages are run by hand, one after the other: so a test
/// can stop between any two of them and go on in another process.
/// </summary>
internal sealed class HoldOffice : IAsyncDisposable
{
    private readonly Dovecot provider;
    private readonly string user = "office-" + Guid.CreateVersion7().ToString("N");
    private ServiceProvider services = null!;

    private HoldOffice(Dovecot provider, Azurite storage)
    {
        this.provider = provider;
        Requests = new(storage);
        Settings = new()
        {
            ["Storage"] = storage.ConnectionString,
            ["Domains"] = "example.com",
            ["Mailboxes__anna__Addresses"] = "anna@example.com, info@example.com",
            ["Mailboxes__ben__Addresses"] = "ben@example.com",
            ["Mailboxes__post__Addresses"] = "post@example.com",
            ["Groups__sales__Addresses"] = "sales@example.com",
            ["Groups__sales__Members"] = "anna, ben",
            ["Postmaster"] = "post",
            ["Targets__default__Path"] = Mail,
            ["Accounts__office__Host"] = provider.Host,
            ["Accounts__office__Port"] = provider.Pop3Port.ToString(CultureInfo.InvariantCulture),
            ["Accounts__office__UserName"] = user,
            ["Accounts__office__Password"] = provider.AddUser(user),
            ["Accounts__office__Security"] = "None",
            ["Accounts__office__Multidrop__Mode"] = "Header",
            ["Accounts__office__Multidrop__Header"] = "Envelope-to:",
            ["QueueLease"] = "3s",
        };
    }

    public Dictionary<string, string> Settings { get; }

    public HandClock Clock { get; } = new();

    public StorageRequests Requests { get; }

    public string Mail { get; } = System.IO.Directory.CreateTempSubdirectory("postroom-mail-").FullName;

    public OfficeStorage Storage => Get<OfficeStorage>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<HoldOffice> OpenAsync(Dovecot provider, Azurite storage, params (string Name, string Value)[] settings)
    {
        await storage.ClearAsync();
        var office = new HoldOffice(provider, storage);
        foreach (var (name, value) in settings)
            office.Settings[name] = value;
        await office.RestartAsync();
        await office.Storage.PrepareAsync(Stop);
        return office;
    }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>A new process: nothing is remembered, and the settings are read again.</summary>
    public async Task RestartAsync()
    {
        if (services is not null)
            await services.DisposeAsync();
        var settings = SettingsReader.Read(Settings, new Dictionary<string, string>(), Mail);
        settings = settings with { Storage = settings.Storage with { Transport = Requests } };
        services = new ServiceCollection().AddLogging().AddPostroom(settings).AddSingleton<TimeProvider>(Clock).BuildServiceProvider();
    }

    /// <summary>A letter as the provider stores it for one recipient.</summary>
    public static string Letter(string? recipient, string id, string body = "Good morning.\r\n", string header = "") =>
        (recipient is null ? "" : $"Envelope-to: {recipient}@example.com\r\n")
        + $"Received: from mx.example.net by mail.example.org for {recipient};\r\n\tMon, 23 Nov 2026 08:00:00 +0000\r\n"
        + $"{header}Return-Path: <sender@example.net>\r\nFrom: <sender@example.net>\r\n{(id.Length == 0 ? "" : $"Message-ID: <{id}@example.net>\r\n")}\r\n{body}";

    public void Deposit(params string[] letters)
    {
        foreach (var letter in letters)
            provider.Deposit(user, Encoding.Latin1.GetBytes(letter));
    }

    public async Task CollectAsync() =>
        Assert.IsType<CollectOutcome.Collected>(await Get<Collector>().CollectAsync(CollectMessage.For("office", default, forced: true), Stop));

    public Task<List<InboundMessage>> InboundAsync() => TakeAsync(Storage.Queues.Inbound, InboundMessage.Read);

    public Task<List<DeliverMessage>> OutboundAsync() => TakeAsync(Storage.Queues.Deliver, DeliverMessage.Read);

    public async Task ResolveAsync()
    {
        foreach (var message in await InboundAsync())
            await Get<Resolver>().ResolveAsync(message, again: false, Stop);
    }

    public async Task DeliverAsync()
    {
        foreach (var message in await OutboundAsync())
            await DeliverAsync(message);
    }

    public Task<IReadOnlyList<Delivery>> DeliverAsync(DeliverMessage message, bool again = false) =>
        Get<Deliverer>().DeliverAsync(message, again, Stop);

    /// <summary>All stages, once.</summary>
    public async Task RunAsync()
    {
        await CollectAsync();
        await ResolveAsync();
        await DeliverAsync();
    }

    public async Task<int> SweepAsync() => await Get<Sweeper>().SweepAsync(Stop);

    /// <summary>What lies on a desk.</summary>
    public List<string> Desk(string mailbox) =>
        [.. new Maildir(Path.Combine(Mail, mailbox)).Letters.Select(Encoding.Latin1.GetString)];

    public Task<IReadOnlyList<HeldLetter>> HeldAsync() => Get<HeldShelf>().ListAsync(Stop);

    public Task<IReadOnlyList<LedgerEntry>> TraceAsync(string text) => Get<DeliveryLedger>().SearchAsync(text, Stop);

    public Task<SentOn> ReleaseAsync(HeldLetter held) => Get<HeldRelease>().ReleaseAsync(held, "root", Stop);

    public Task<SentOn> AssignAsync(HeldLetter held, string mailbox) => Get<HeldRelease>().AssignAsync(held, mailbox, "root", Stop);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        System.IO.Directory.Delete(Mail, recursive: true);
    }

    private static async Task<List<T>> TakeAsync<T>(WorkQueue queue, Func<BinaryData, T> read)
    {
        var messages = (await queue.Client.ReceiveMessagesAsync(32, TimeSpan.FromSeconds(60), Stop)).Value;
        foreach (var message in messages)
            await queue.Client.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
        return [.. messages.Select(m => read(m.Body))];
    }
}
