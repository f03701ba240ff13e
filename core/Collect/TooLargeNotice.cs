using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MimeKit;
using Postroom.Accounts;
using Postroom.Mail;

namespace Postroom.Collect;

/// <summary>The one letter that tells of another that is too large to be fetched.</summary>
internal static class TooLargeNotice
{
    private const int MostHeaderOctets = 64 << 10;

    /// <summary>The notice's id: the same for the same letter, whatever crashes in between.</summary>
    public static string Id(Account account, ListedLetter letter) =>
        LetterId.Derive(account.Name, letter.Uidl, SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"too large: {letter.Size} {letter.Key}"))));

    /// <summary>Writes it.</summary>
    /// <param name="account">The account that holds the large letter.</param>
    /// <param name="letter">The large letter.</param>
    /// <param name="header">Its header, as far as the server hands it out; null if it does not.</param>
    /// <param name="id">The notice's id.</param>
    /// <param name="now">When.</param>
    public static byte[] Write(Account account, ListedLetter letter, ReadOnlyMemory<byte>? header, string id, DateTimeOffset now)
    {
        var headers = Read(header);
        var (sender, subject, date) = (Text(headers, HeaderId.From), Text(headers, HeaderId.Subject), Text(headers, HeaderId.Date));
        var domain = account.Domains.Count > 0 ? account.Domains[0] : "localhost";
        var notice = new MimeMessage
        {
            Subject = $"Too large to be collected: {subject ?? "a letter"}",
            Date = now,
            MessageId = $"{id}@{domain}",
            Body = new TextPart("plain")
            {
                Text = $"""
                    A letter is too large to be collected. It stays at the provider, where you can read it.

                    From:     {sender ?? "unknown"}
                    Subject:  {subject ?? "unknown"}
                    Sent:     {date ?? "unknown"}
                    Size:     {letter.Size.ToString("N0", CultureInfo.InvariantCulture)} octets; up to {account.MaxLetterBytes.ToString("N0", CultureInfo.InvariantCulture)} are collected
                    Account:  {account.UserName} at {account.Host}

                    To have it collected, let your administrator raise Accounts__{account.Name}__MaxLetterBytes.

                    """,
            },
        };
        notice.From.Add(new MailboxAddress("Postroom", $"postmaster@{domain}"));
        notice.To.Add(new GroupAddress("undisclosed-recipients"));
        // Nobody's holiday note shall answer it (RFC 3834 §5).
        notice.Headers.Add("Auto-Submitted", "auto-generated");
        var bytes = new MemoryStream();
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        notice.WriteTo(format, bytes, CancellationToken.None);
        return bytes.ToArray();
    }

    private static HeaderList? Read(ReadOnlyMemory<byte>? header)
    {
        if (header is not { } bytes)
            return null;
        try
        {
            using var stream = new MemoryStream(bytes[..Math.Min(bytes.Length, MostHeaderOctets)].ToArray());
            return HeaderList.Load(stream);
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            return null;
        }
    }

    // A stranger's text: one line, not endless.
    private static string? Text(HeaderList? headers, HeaderId id)
    {
        if (headers?[id] is not { Length: > 0 } value)
            return null;
        var plain = string.Concat(value.Where(static c => !char.IsControl(c))).Trim();
        return plain.Length > 300 ? plain[..300] + "…" : plain;
    }
}
