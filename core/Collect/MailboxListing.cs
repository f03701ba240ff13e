using System.Globalization;
using MailKit.Net.Pop3;
using Postroom.Accounts;

namespace Postroom.Collect;

/// <summary>What lies in a mailbox: LIST and UIDL put together, line by line.</summary>
internal static class MailboxListing
{
    /// <summary>Lists the letters the server counted at log-in; what came in since then waits for the next session.</summary>
    /// <returns>In the server's order. Letters without a UIDL of their own have no key yet.</returns>
    public static async Task<List<ListedLetter>> ReadAsync(Pop3Connection connection, CancellationToken stop)
    {
        var client = connection.Client;
        var count = client.Count;
        if (count == 0)
            return [];
        var sizes = await connection.ListAsync(() => client.GetMessageSizesAsync(stop), count);
        var uidls = client.Capabilities.HasFlag(Pop3Capabilities.UIDL) ? await UidlsAsync(connection, count, stop) : [];
        // Numbers and ids that come twice name nobody for sure.
        var byNumber = new Dictionary<int, string>(uidls.Count);
        var unique = new Dictionary<string, bool>(uidls.Count, StringComparer.Ordinal);
        foreach (var (number, uidl) in uidls)
        {
            byNumber[number] = byNumber.ContainsKey(number) ? "" : uidl;
            unique[uidl] = !unique.ContainsKey(uidl);
        }

        List<ListedLetter> letters = new(sizes.Count);
        foreach (var (number, text) in sizes.DistinctBy(static s => s.Number))
        {
            // "-1" and worse have been seen; the octets read are what counts.
            var size = long.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var octets) ? octets : 0;
            var uidl = byNumber.GetValueOrDefault(number, "");
            letters.Add(new(number - 1, uidl, size)
            {
                Key = uidl.Length == 0 || !unique[uidl] ? null : SeenLetters.Key(uidl, size),
            });
        }

        return letters;
    }

    private static async Task<List<(int Number, string Text)>> UidlsAsync(Pop3Connection connection, int count, CancellationToken stop)
    {
        try
        {
            return await connection.ListAsync(() => connection.Client.GetMessageUidsAsync(stop), count);
        }
        catch (Pop3CommandException) when (connection.Client.IsConnected)
        {
            // Announced and refused: letters are then known by their headers.
            return [];
        }
    }
}
