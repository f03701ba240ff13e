using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Postroom.Accounts;
using Postroom.Collect;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>One account at a scripted server, collected in this process: what was stored, what was enqueued, what was said.</summary>
internal sealed class PollDesk
{
    private static int desks;
    private readonly OfficeStorage storage;
    private readonly PostroomSettings settings;
    private readonly ScriptedServer server;

    /// <param name="storage">Real storage; each desk has an account and queues of its own in it.</param>
    /// <param name="server">The provider.</param>
    /// <param name="change">Changes the settings of account <c>{0}</c>.</param>
    public PollDesk(Azurite storage, ScriptedServer server, Action<Dictionary<string, string>, string>? change = null)
    {
        this.server = server;
        var number = Interlocked.Increment(ref desks);
        Account = $"desk{number}";
        var written = new Dictionary<string, string>
        {
            ["Storage"] = storage.ConnectionString,
            ["Domains"] = "example.com",
            ["Mailboxes__anna__Addresses"] = "anna@example.com",
            ["Mailboxes__office__Addresses"] = "office@example.com",
            ["Postmaster"] = "office",
            [$"Accounts__{Account}__Host"] = "127.0.0.1",
            [$"Accounts__{Account}__Port"] = server.Port.ToString(CultureInfo.InvariantCulture),
            [$"Accounts__{Account}__UserName"] = "anna@provider.example",
            [$"Accounts__{Account}__Password"] = Password,
            [$"Accounts__{Account}__Security"] = "None",
            [$"Accounts__{Account}__Mailbox"] = "anna",
            ["COLLECT_QUEUE"] = $"collect-{number}",
            ["INBOUND_QUEUE"] = $"inbound-{number}",
            ["DELIVER_QUEUE"] = $"deliver-{number}",
        };
        change?.Invoke(written, $"Accounts__{Account}__");
        settings = SettingsReader.Read(written, new Dictionary<string, string>(), Path.GetTempPath());
        this.storage = new(settings.Storage, settings.CollectQueue, settings.InboundQueue, settings.DeliverQueue);
        Book = new(this.storage.Accounts, Clock);
    }

    public const string Password = "a-secret-nobody-may-see";

    public string Account { get; }

    public StepClock Clock { get; } = new();

    public AccountBook Book { get; set; }

    /// <summary>Everything enqueued so far, taken out of the queue.</summary>
    public List<InboundLetter> Enqueued { get; } = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Polls once, now. Where the server hangs, the clock goes on.</summary>
    public async Task<CollectOutcome> CollectAsync()
    {
        await storage.PrepareAsync(Stop);
        var collector = new Collector(settings, storage, Book, Clock, NullLogger<Collector>.Instance);
        var poll = collector.CollectAsync(CollectMessage.For(Account, Clock.GetUtcNow(), forced: true), Stop);
        while (!poll.IsCompleted)
        {
            if (server.IsHanging)
                Clock.Advance(TimeSpan.FromSeconds(15));
            await Task.WhenAny(poll, Task.Delay(TimeSpan.FromMilliseconds(5), Stop));
        }

        while ((await storage.Queues.Inbound.Client.ReceiveMessagesAsync(32, null, Stop)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages)
            {
                Enqueued.AddRange(InboundMessage.Read(message.Body).Letters);
                await storage.Queues.Inbound.Client.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
            }
        }

        return await poll;
    }

    /// <summary>Polls once; it must go well.</summary>
    public async Task<int> CollectWellAsync()
    {
        var outcome = await CollectAsync();
        return Assert.IsType<CollectOutcome.Collected>(outcome).Letters;
    }

    /// <summary>Polls once; it must fail, with this sentence.</summary>
    public async Task<string> CollectBadlyAsync()
    {
        var failed = Assert.IsType<CollectOutcome.Failed>(await CollectAsync());
        Assert.DoesNotContain(Password, failed.Reason, StringComparison.Ordinal);
        Assert.Equal(failed.Reason, (await StateAsync()).LastError);
        return failed.Reason;
    }

    /// <summary>What the account's row says.</summary>
    public async Task<AccountState> StateAsync() => (await Book.ReadAllAsync(Stop)).States[Account];

    /// <summary>The stored bytes of every letter that was enqueued, in that order.</summary>
    public async Task<List<string>> StoredAsync()
    {
        List<string> stored = [];
        foreach (var letter in Enqueued)
        {
            await using var bytes = await storage.Letters.OpenAsync(letter.Blob, Stop);
            using var copy = new MemoryStream();
            await bytes!.CopyToAsync(copy, Stop);
            Assert.Equal(letter.Size, copy.Length);
            stored.Add(System.Text.Encoding.Latin1.GetString(copy.ToArray()));
        }

        return stored;
    }
}
