using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit.Net.Pop3;
using MailKit.Security;
using Postroom.Cli.Demo;
using Xunit;

namespace Postroom.Tests.Unit.Demo;

/// <summary>A sample provider in a folder of its own, and clients that trust nothing but its CA file.</summary>
internal sealed class RunningProvider : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private RunningProvider(SampleProvider provider, DirectoryInfo folder) => (Provider, _folder) = (provider, folder);

    public SampleProvider Provider { get; }

    public static Task<RunningProvider> WithSampleLettersAsync() => StartAsync(SampleLetters.Fill());

    /// <summary>One mailbox, <c>box</c>, with these letters.</summary>
    public static Task<RunningProvider> WithAsync(params string[] letters) =>
        StartAsync(new() { ["box"] = new SampleMailbox(letters.Select((letter, index) =>
            new SampleLetter($"letter {index + 1}", Encoding.UTF8.GetBytes(letter)))) });

    /// <summary>Logged in with MailKit.</summary>
    public async Task<Pop3Client> LogInAsync(string userName = "box")
    {
        var client = await ConnectAsync();
        await client.AuthenticateAsync(userName, Provider.Password, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Connected with MailKit over TLS; the certificate is checked against the CA file and the host's name.</summary>
    public async Task<Pop3Client> ConnectAsync(string? host = null)
    {
        var client = new Pop3Client
        {
            CheckCertificateRevocation = false,
            Timeout = 30_000, // ms; a server that never answers fails the test instead of hanging it
            ServerCertificateValidationCallback = (_, certificate, _, errors) =>
                !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                && SignedByCaFile((X509Certificate2)certificate!),
        };
        await client.ConnectAsync(
            host ?? SampleProvider.Host, Provider.Port, SecureSocketOptions.SslOnConnect, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>A connection on which a test says every octet itself; the greeting has been read.</summary>
    public async Task<PlainDialog> DialogAsync()
    {
        var dialog = await PlainDialog.ConnectAsync(Provider.Port, SignedByCaFile);
        Assert.StartsWith("+OK", await dialog.ReadLineAsync(), StringComparison.Ordinal);
        return dialog;
    }

    /// <summary>The same, logged in.</summary>
    public async Task<PlainDialog> LoggedInDialogAsync(string userName = "box")
    {
        var dialog = await DialogAsync();
        Assert.StartsWith("+OK", await dialog.AskAsync($"USER {userName}"), StringComparison.Ordinal);
        Assert.StartsWith("+OK", await dialog.AskAsync($"PASS {Provider.Password}"), StringComparison.Ordinal);
        return dialog;
    }

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<RunningProvider> StartAsync(Dictionary<string, SampleMailbox> mailboxes)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("postroom-demo-");
        return new(await SampleProvider.StartAsync(mailboxes, folder.FullName, TestContext.Current.CancellationToken), folder);
    }

    private bool SignedByCaFile(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(Provider.CaFile);
        return chain.Build(certificate);
    }
}
