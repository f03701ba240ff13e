using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Postroom.Cli.Demo;

/// <summary>An authority made for one demo and the server certificate it signed. The authority's key is gone once that is done.</summary>
internal sealed class SampleCertificate : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280 §4.2.1.12

    private readonly X509Certificate2 _server;

    private SampleCertificate(X509Certificate2 server, string authorityPem)
    {
        _server = server;
        AuthorityPem = authorityPem;
        // offline: nobody issues this certificate on the net, so nothing is looked up there.
        Context = SslStreamCertificateContext.Create(server, additionalCertificates: null, offline: true);
    }

    /// <summary>The authority's certificate for <c>CaFile</c>; no key.</summary>
    public string AuthorityPem { get; }

    /// <summary>What the server shows.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Makes both, valid from an hour ago for 30 days.</summary>
    public static SampleCertificate Create(TimeProvider time)
    {
        var notBefore = time.GetUtcNow().AddHours(-1);
        var notAfter = notBefore.AddDays(30);

        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = AuthorityRequest(authorityKey).CreateSelfSigned(notBefore, notAfter);

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = ServerRequest(serverKey, authority)
            .Create(authority, notBefore, notAfter, RandomNumberGenerator.GetBytes(16));
        using var withKey = signed.CopyWithPrivateKey(serverKey);

        // Windows cannot use a key that exists in memory only for TLS; through PKCS #12 it gets one it can.
        var server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
        return new SampleCertificate(server, authority.ExportCertificatePem());
    }

    public void Dispose() => _server.Dispose();

    private static CertificateRequest AuthorityRequest(ECDsa key)
    {
        var request = new CertificateRequest("CN=Postroom demo authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static CertificateRequest ServerRequest(ECDsa key, X509Certificate2 authority)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");

        var request = new CertificateRequest("CN=Postroom sample provider", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request;
    }
}
