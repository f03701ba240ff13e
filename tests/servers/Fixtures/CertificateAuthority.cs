using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Postroom.Tests.Servers;

/// <summary>An authority nobody trusts unless told to: signs the servers of one test.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private readonly string folder;
    private readonly X509Certificate2 authority;

    /// <param name="folder">Where the PEM files go.</param>
    public CertificateAuthority(string folder)
    {
        this.folder = folder;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Postroom test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        CaFile = Path.Combine(folder, "ca.pem");
        File.WriteAllText(CaFile, authority.ExportCertificatePem());
    }

    /// <summary>PEM file with the authority's certificate, for the settings <c>CaFile</c>.</summary>
    public string CaFile { get; }

    /// <summary>A certificate for a server on this machine, named <c>localhost</c>, 127.0.0.1 and 127.0.0.2.</summary>
    public ServerCertificate Issue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.Parse("127.0.0.2"));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "Server authentication")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        // Positive and without a leading zero byte, whatever chance says (RFC 5280 §4.1.2.2).
        serial[0] = 0x5A;
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, serial);
        var issued = new ServerCertificate(
            Path.Combine(folder, "server.pem"), Path.Combine(folder, "server.key"), certificate.GetCertHashString(HashAlgorithmName.SHA256));
        File.WriteAllText(issued.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(issued.KeyFile, key.ExportPkcs8PrivateKeyPem());
        return issued;
    }

    public void Dispose() => authority.Dispose();
}

/// <summary>A server's certificate on disk.</summary>
/// <param name="CertificateFile">PEM file with the certificate.</param>
/// <param name="KeyFile">PEM file with its private key (PKCS #8).</param>
/// <param name="Pin">SHA-256 of the certificate in hex, for the settings <c>Pin</c>.</param>
internal sealed record ServerCertificate(string CertificateFile, string KeyFile, string Pin);
