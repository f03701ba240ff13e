using Postroom.Accounts;
using Postroom.Mail;
using Postroom.Resolve;

namespace Postroom.Doctor;

/// <summary>One letter of the sample, with the place of each of its lines.</summary>
internal sealed class SampledLetter
{
    private readonly Account account;
    private readonly int entrance = -1;
    private readonly int firstOfSender;
    private readonly int lastOfSender;

    public SampledLetter(Account account, HeaderEvidence evidence, OurHosts hosts)
    {
        this.account = account;
        Evidence = evidence;
        var lines = evidence.Lines;
        var receivedFor = new List<EmailAddress>();
        var received = new List<ReceivedLine>();
        var goesOn = true;
        for (var i = 0; i < lines.Count && goesOn; i++)
        {
            if (!SenderHeaders.IsReceived(lines[i].Name))
                continue;
            var line = new ReceivedLine(AddressReader.Decode(lines[i].Value));
            received.Add(line);
            entrance = i;
            if (receivedFor.Count == 0)
                receivedFor.AddRange(Ours(line.For.SelectMany(static text => new AddressReader(prefix: null).Read(text))));
            goesOn = CameFromInside(line, hosts);
        }

        ProviderLines = received;
        ReceivedFor = receivedFor;
        firstOfSender = lines.Count;
        lastOfSender = -1;
        for (var i = entrance + 1; i < lines.Count; i++)
        {
            if (SenderHeaders.IsReceived(lines[i].Name) || SenderHeaders.IsInEveryLetter(lines[i].Name))
                firstOfSender = Math.Min(firstOfSender, i);
            if (SenderHeaders.IsInEveryLetter(lines[i].Name))
                lastOfSender = i;
        }

        WrittenTo = [.. lines.Where(static l => SenderHeaders.IsAddressee(l.Name)).SelectMany(OursIn).Distinct()];
    }

    public HeaderEvidence Evidence { get; }

    /// <summary>The Received lines the provider's own hosts wrote, top to bottom; the last is its entrance.</summary>
    public IReadOnlyList<ReceivedLine> ProviderLines { get; }

    /// <summary>Addresses of ours in the topmost <c>for</c> clause of the provider's lines; empty: it has none.</summary>
    public IReadOnlyList<EmailAddress> ReceivedFor { get; }

    /// <summary>Addresses of ours the sender wrote into To and Cc. A guess, never a reason.</summary>
    public IReadOnlyList<EmailAddress> WrittenTo { get; }

    /// <summary>Lines of that name, top to bottom, as positions in the evidence.</summary>
    public List<int> Named(string name) =>
        [.. Enumerable.Range(0, Evidence.Lines.Count).Where(i => Evidence.Lines[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))];

    public IEnumerable<EmailAddress> OursIn(EvidenceLine line) => Ours(All(line));

    public static List<EmailAddress> All(EvidenceLine line) => new AddressReader(prefix: null).Read(AddressReader.Decode(line.Value));

    public LinePlace Place(int index) =>
        index < entrance ? Evidence.Lines[index].AboveReceived ? LinePlace.Top : LinePlace.Inside :
        // A letter without any Received line: nothing tells the provider's part from the sender's but the sender's first words.
        entrance < 0 && index < firstOfSender ? LinePlace.Top :
        index < firstOfSender ? LinePlace.Entrance :
        // What was too much to be kept may stand below.
        index > lastOfSender && !Evidence.Truncated ? LinePlace.Bottom :
        LinePlace.Sender;

    /// <summary>The line a setting lets decide, as a position in the evidence; -1: none. The same choice as <see cref="RecipientReader"/> makes.</summary>
    public int Chosen(Multidrop setting)
    {
        var lines = Named(setting.FieldName);
        if (setting.Occurrence == Occurrence.AboveReceived)
            lines = [.. lines.TakeWhile(i => Evidence.Lines[i].AboveReceived)];
        if (lines.Count <= setting.Skip)
            return -1;
        return setting.Occurrence == Occurrence.Last ? lines[^(1 + setting.Skip)] : lines[setting.Skip];
    }

    private IEnumerable<EmailAddress> Ours(IEnumerable<EmailAddress> all) =>
        all.Where(a => a.IsIn(account.Domains, account.Subdomains));

    /// <summary>Whether the host that wrote a line had the letter from another host of the provider's, which then wrote the line below.</summary>
    private static bool CameFromInside(ReceivedLine line, OurHosts hosts)
    {
        if (!line.HasFrom)
            // qmail's note on a hand-over inside one host. A host that names itself was given the letter by a local program.
            return line.By.Length == 0;
        if (line.Protocol.StartsWith("LMTP", StringComparison.OrdinalIgnoreCase))
            return true;
        var peers = line.Peers();
        return peers.Count > 0 && !peers.Any(hosts.IsStranger);
    }
}
