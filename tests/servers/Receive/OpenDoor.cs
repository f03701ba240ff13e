using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Postroom.Queues;
using Postroom.Receive;
using Postroom.Settings;
using Postroom.Store;
using Xunit;

namespace Postroom.Tests.Servers.Receive;

/// <summary>The real door on a free port, in this process, with the storage account of the test.</summary>
internal sealed class OpenDoor : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private OpenDoor(ServiceProvider services, SmtpDoor door) => (this.services, Door) = (services, door);

    public SmtpDoor Door { get; }

    public IPEndPoint EndPoint => Door.EndPoint;

    public OfficeStorage Storage => services.GetRequiredService<OfficeStorage>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Settings of a company with two people, a domain where nobody has a catch-all and one where Anna is it.</summary>
    public static Dictionary<string, string> Company(string storage) => new()
    {
        ["Storage"] = storage,
        ["Domains"] = "example.com, catchall.example",
        ["Mailboxes__anna__Addresses"] = "anna@example.com, *@catchall.example",
        ["Mailboxes__ben__Addresses"] = "ben@example.com, jürgen@example.com",
        ["Mailboxes__office__Addresses"] = "office@example.com",
        ["Postmaster"] = "office",
        ["Smtp__HostName"] = "mx.example.com",
        ["Smtp__Port"] = "0",
    };

    /// <summary>Opens it.</summary>
    /// <param name="storage">The storage account.</param>
    /// <param name="more">Settings on top of <see cref="Company"/>.</param>
    /// <param name="prepare">Whether containers and queues are made; not possible while the account is away.</param>
    public static async Task<OpenDoor> OpenAsync(Azurite storage, IReadOnlyDictionary<string, string>? more = null, bool prepare = true)
    {
        var values = Company(storage.ConnectionString);
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
            values[name] = value;
        var settings = SettingsReader.Read(values, new Dictionary<string, string>(), Path.GetTempPath());
        var services = new ServiceCollection().AddLogging().AddPostroom(settings).BuildServiceProvider();
        var office = services.GetRequiredService<OfficeStorage>();
        if (prepare)
            await office.PrepareAsync(Stop);
        var door = SmtpDoor.For(services, alone: false);
        await door.StartAsync(Stop);
        return new(services, door);
    }

    /// <summary>A connection to it, nothing read yet.</summary>
    public async Task<SmtpClientSocket> ConnectAsync()
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(EndPoint, Stop);
        return new(client);
    }

    /// <summary>Every letter in the inbound queue, with its bytes; the queue is empty afterwards.</summary>
    public async Task<List<(InboundLetter Letter, byte[] Bytes)>> TakeLettersAsync()
    {
        List<(InboundLetter, byte[])> letters = [];
        var queue = Storage.Queues.Inbound.Client;
        while ((await queue.ReceiveMessagesAsync(32, cancellationToken: Stop)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages)
            {
                foreach (var letter in InboundMessage.Read(message.Body).Letters)
                {
                    await using var stream = await Storage.Letters.OpenAsync(letter.Blob, Stop) ?? throw new InvalidDataException("A message without its blob.");
                    using var bytes = new MemoryStream();
                    await stream.CopyToAsync(bytes, Stop);
                    letters.Add((letter, bytes.ToArray()));
                }

                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
            }
        }

        return letters;
    }

    public async ValueTask DisposeAsync()
    {
        await Door.StopAsync();
        await Door.DisposeAsync();
        await services.DisposeAsync();
    }
}
