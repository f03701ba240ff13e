using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Postroom.Settings;

namespace Postroom.Receive.Network;

/// <summary>
/// What the door shows at STARTTLS: the administrator's certificate, read again when its file changes; or one of our own
/// making, so that letters are encrypted on the way even where nobody could verify us (RFC 7435 §3).
/// </summary>
internal sealed partial class DoorCertificate
{
    private readonly SmtpSettings settings;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private (DateTime, DateTime) stamp;
    private SslServerAuthenticationOptions present;

    /// <exception cref="DoorException">The administrator's certificate cannot be used.</exception>
    public DoorCertificate(SmtpSettings settings, TimeProvider time, ILogger log)
    {
        (this.settings, this.log) = (settings, log);
        if (settings.CertificateFile is null)
        {
            // On this machine only it is a trial, or stands behind something else.
            LogSelfSigned(IPAddress.IsLoopback(settings.Address) ? LogLevel.Information : LogLevel.Warning, settings.HostName);
            present = Options(SelfSigned(settings.HostName, time.GetUtcNow()), []);
            return;
        }

        try
        {
            stamp = Stamp();
            present = Load();
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new DoorException($"Smtp__CertificateFile: {settings.CertificateFile} cannot be used. {e.Message}", e);
        }
    }

    /// <summary>What to show now. Sessions that began with an earlier certificate keep it.</summary>
    public SslServerAuthenticationOptions Current()
    {
        if (settings.CertificateFile is null)
            return present;
        lock (gate)
        {
            var now = Stamp();
            if (now == stamp)
                return present;
            try
            {
                present = Load();
                stamp = now;
                LogReloaded(settings.CertificateFile);
            }
            catch (Exception e) when (IsUnusable(e))
            {
                // Certificate and key are two files: between their changes they do not fit. The next handshake looks again.
                LogUnusable(e, settings.CertificateFile);
            }

            return present;
        }
    }

    private (DateTime, DateTime) Stamp() =>
        (File.GetLastWriteTimeUtc(settings.CertificateFile!), settings.CertificateKeyFile is { } key ? File.GetLastWriteTimeUtc(key) : default);

    private SslServerAuthenticationOptions Load()
    {
        var file = settings.CertificateFile!;
        if (Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12")
        {
            var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, null);
            var own = all.FirstOrDefault(static c => c.HasPrivateKey) ?? throw new CryptographicException("There is no key in it.");
            return Options(own, [.. all.Where(c => c != own)]);
        }

        // Through PKCS #12, as Windows cannot use a key for TLS that is in memory only.
        using var read = X509Certificate2.CreateFromPemFile(file, settings.CertificateKeyFile);
        var leaf = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), password: null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(file);
        return Options(leaf, [.. chain.Where(c => c.Thumbprint != leaf.Thumbprint)]);
    }

    private static SslServerAuthenticationOptions Options(X509Certificate2 own, X509Certificate2[] others) => new()
    {
        // offline: nothing is fetched from the net in the middle of a handshake.
        ServerCertificateContext = SslStreamCertificateContext.Create(own, new X509Certificate2Collection(others), offline: true),
        // RFC 8996: nothing below 1.2.
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
    };

    private static X509Certificate2 SelfSigned(string host, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={(host.Length <= 64 ? host : "postroom")}"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }

    private static bool IsUnusable(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    [LoggerMessage(EventId = 211, Message = "STARTTLS shows a certificate of our own making for {Host}: senders that verify will not accept it. Write Smtp__CertificateFile")]
    private partial void LogSelfSigned(LogLevel level, string host);

    [LoggerMessage(EventId = 212, Level = LogLevel.Information, Message = "The certificate {File} was read again")]
    private partial void LogReloaded(string file);

    [LoggerMessage(EventId = 213, Level = LogLevel.Warning, Message = "The certificate {File} has changed and cannot be used; the earlier one stays")]
    private partial void LogUnusable(Exception e, string file);
}
