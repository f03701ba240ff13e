using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Xunit;

namespace Postroom.Tests.Servers.Doctor;

/// <summary>A provider that takes all mail for example.com into one mailbox: a real mail server before a real POP3 server.</summary>
internal abstract class CatchAllProvider : IAsyncDisposable
{
    public const string UserName = "office";

    // A mail server changes its user, and the kernel then forgets that it was to end with the tests (prctl(2),
    // PR_SET_PDEATHSIG). A shell keeps its user: it is told of their end, and ends the server.
    private static readonly string[] Guard =
        ["--pdeathsig", "TERM", "--", "sh", "-c", "\"$@\" & server=$!; trap 'kill -9 $server' TERM; wait $server", "guard"];

    private ChildProcess? process;

    protected CatchAllProvider()
    {
        // The servers' own users have to find their way in.
        File.SetUnixFileMode(Folder, (UnixFileMode)0b_111_101_101);
        Dovecot.AddUser(UserName);
    }

    /// <summary>Where it keeps mail for POP3.</summary>
    public Dovecot Dovecot { get; } = new();

    /// <summary>All that the mail server reads and writes.</summary>
    protected string Folder { get; } = System.IO.Directory.CreateTempSubdirectory("postroom-provider-").FullName;

    protected int Port { get; } = FreePort.Next();

    /// <summary>The mailbox as a Maildir.</summary>
    protected string Maildir => Path.Combine(Dovecot.Maildirs, UserName);

    /// <summary>What the server logged.</summary>
    protected abstract string Log { get; }

    /// <summary>The command that runs it in the foreground.</summary>
    protected abstract Task<(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string?> Environment)> PrepareAsync();

    public async Task StartAsync()
    {
        var (program, arguments, environment) = await PrepareAsync();
        await Dovecot.StartAsync();
        process = await ChildProcess.StartAsync("setpriv", [.. Guard, program, .. arguments], Folder, environment);
        await process.ReadyAsync(GreetingAsync, () => Log);
    }

    /// <summary>Sends letters as a stranger's server does, and waits until they lie in the mailbox.</summary>
    public async Task SendAsync(IEnumerable<StrangersLetter> letters)
    {
        var stop = TestContext.Current.CancellationToken;
        var before = Dovecot.Letters(UserName).Count;
        var expected = before;
        using (var client = new SmtpClient { LocalDomain = "out.sender.example" })
        {
            await client.ConnectAsync("127.0.0.1", Port, SecureSocketOptions.None, stop);
            foreach (var letter in letters)
            {
                expected += letter.Recipients.Count;
                using var message = await MimeMessage.LoadAsync(new MemoryStream(letter.Bytes), stop);
                await client.SendAsync(message, new MailboxAddress("", "sender@sender.example"), letter.Recipients.Select(static r => new MailboxAddress("", r)), stop);
            }
            await client.DisconnectAsync(quit: true, stop);
        }

        await process!.ReadyAsync(_ => Dovecot.Letters(UserName).Count is var now && now == expected
            ? Task.CompletedTask : throw new IOException($"{now} of {expected} letters arrived."), () => Log);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        await Dovecot.DisposeAsync();
        System.IO.Directory.Delete(Folder, recursive: true);
    }

    protected static async Task RunAsync(string program, params string[] arguments)
    {
        await using var run = await ChildProcess.StartAsync(ClosedEnvironment.Find(program)!, arguments);
        Assert.True(await run.ExitAsync(TimeSpan.FromSeconds(30)) == 0, run.Errors);
    }

    private async Task GreetingAsync(CancellationToken stop)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port, stop);
        if (await client.GetStream().ReadAsync(new byte[1], stop) == 0)
            throw new IOException("No greeting.");
    }
}
