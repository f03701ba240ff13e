using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Postroom.Connect;

/// <summary>Whether a server's certificate is the one its settings trust, and if not, why in words.</summary>
internal sealed class CertificateCheck(ServerAddress server)
{
    /// <summary>Why the certificate was refused; null if it was not.</summary>
    public string? Refusal { get; private set; }

    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = Judge(certificate, chain, errors);
        return Refusal is null;
    }

    private string? Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented)
            return "The server showed no certificate.";
        if (server.Pin is { } pin)
        {
            var found = Convert.ToHexString(SHA256.HashData(presented.RawData));
            return found == pin ? null : $"The server's certificate has the fingerprint {found}, not the one in {server.Setting}Pin.";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"The server's certificate is not for {server.Host} but for {presented.GetNameInfo(X509NameType.DnsName, false)}. Write that name into {server.Setting}Host if it is the right server.";
        if (server.CaFile is { } file)
            return JudgeBy(file, presented, chain);
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return null;
        return $"The server's certificate cannot be trusted: {Words(chain)} If it is the provider's own, write its authority into {server.Setting}CaFile.";
    }

    private string? JudgeBy(string file, X509Certificate2 presented, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(static e => e.Certificate).ToArray());
        return chain.Build(presented)
            ? null
            : $"The server's certificate does not come from an authority in {server.Setting}CaFile: {Words(chain)}";
    }

    private static string Words(X509Chain? chain)
    {
        var words = (chain?.ChainStatus ?? []).Select(static s => s.StatusInformation.Trim()).Where(static s => s.Length > 0).Distinct().ToList();
        return words.Count == 0 ? "its chain is incomplete." : string.Join(' ', words);
    }
}
