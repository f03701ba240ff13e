using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Postroom.Mail;

namespace Postroom.Hold;

/// <summary>
/// The one letter that tells the postmaster that further letters for an unknown address are held today. Its bytes
/// follow from these words alone, so that it is the same letter however often it is written.
/// </summary>
/// <param name="Address">The address nobody has.</param>
/// <param name="Mailbox">The postmaster's mailbox.</param>
/// <param name="Since">When the first letter of this day came.</param>
/// <param name="At">When letters were first held.</param>
/// <param name="Kept">How many were, then.</param>
public sealed record FoldNotice(string Address, string Mailbox, DateTimeOffset Since, DateTimeOffset At, int Kept)
{
    /// <summary>What the trace says decided about it.</summary>
    public const string DecidedBy = "Postroom";

    /// <summary>Its id, one for each address and day.</summary>
    public string Id => LetterId.Derive(DecidedBy, Address.ToLowerInvariant(), SHA256.HashData(Encoding.UTF8.GetBytes(Time(Since))));

    /// <summary>Its Message-ID.</summary>
    public string MessageId => $"<{Id}@{Domain}>";

    // The address is a stranger's text, its domain was checked when it was read.
    private string Domain => EmailAddress.TryParse(Address, out var address) && !address.Domain.StartsWith('[') ? address.Domain : "localhost";

    /// <summary>The letter.</summary>
    public byte[] Write()
    {
        // RFC 3834 §5: nobody's auto-responder answers it; the null sender is set by whoever sends it.
        var text = $"""
            From: Postroom <postmaster@{Domain}>
            To: undisclosed-recipients:;
            Subject: Further letters for an unknown address are held
            Date: {At.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)}
            Message-ID: {MessageId}
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            Nobody has the address

                {Address}

            Since {Time(Since)} more than {UnknownTally.MostShown} letters came for it. The first {UnknownTally.MostShown} went to you.
            {(Kept == 1 ? "1 more is held" : $"{Kept} more are held")} as of {Time(At)}, and so is every further one until
            {Time(Since.AddDays(1))}. None is lost. This is the only notice for that time.

            How many there are now:

                postroom held list --for {Address}

            If somebody should get them, give the address to a mailbox in the settings
            or the directory and let them be sorted again:

                postroom held release --for {Address}

            Or give one to a mailbox and have the address remembered:

                postroom held assign ID --mailbox NAME --always

            """;
        return Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
    }

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
