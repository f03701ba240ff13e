using System.Globalization;

namespace Postroom.Cli.Demo;

/// <summary>The demo's own emulator, so that a demo never touches the letters of this machine.</summary>
internal static class DemoStorage
{
    // Every Azurite has this account and key; they are public and open nothing else.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public static string ConnectionString((int Blob, int Queue, int Table) ports) => string.Create(CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{ports.Blob}/{Account};QueueEndpoint=http://127.0.0.1:{ports.Queue}/{Account};TableEndpoint=http://127.0.0.1:{ports.Table}/{Account};");
}
