using System.Text;
using Postroom.Directory;
using Postroom.Mail;
using Xunit;

namespace Postroom.Tests.Servers.Directory;

/// <summary>The company of the directory tests, and short ways to say things about it.</summary>
internal static class Office
{
    public static DirectoryEntries Settings { get; } = new(
        ["example.com"],
        [new("anna", ["anna@example.com"], []), new("office", ["office@example.com"], [])],
        [], "office", new Dictionary<string, string>(), UnknownRecipient.Postmaster);

    public static IReadOnlyCollection<string> Targets { get; } = ["default", "archive"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<DirectoryImport> ImportAsync(this DirectoryTable table, string csv, IProgress<DirectoryProgress>? progress = null)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return await table.ImportAsync(file, Settings, Targets, progress, Stop);
    }

    public static async Task<string> ExportAsync(this DirectoryTable table, char separator = ',')
    {
        using var file = new MemoryStream();
        await table.ExportAsync(file, separator, Stop);
        return Encoding.UTF8.GetString(file.ToArray());
    }

    /// <summary>A file of many rows, every one of which leads to the same mailbox.</summary>
    public static string Rows(int count, string mailbox) =>
        "address,mailbox,target\r\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"first.last{i:D6}@example.com,{mailbox},\r\n"));

    public static string Desks(this RecipientDirectory directory, string address)
    {
        Assert.True(EmailAddress.TryParse(address, out var parsed));
        return string.Join(',', directory.Find(parsed).Mailboxes);
    }
}
