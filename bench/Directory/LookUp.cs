using BenchmarkDotNet.Attributes;
using Postroom.Directory;
using Postroom.Mail;

namespace Postroom.Bench.Directory;

/// <summary>One look-up among 50,000 addresses of 20,000 mailboxes in ten domains. Goal: under 2 µs, and for a direct match
/// nothing allocated but the answer.</summary>
[MemoryDiagnoser]
public class LookUp
{
    private const int Many = 512;

    private readonly EmailAddress[] _direct = new EmailAddress[Many];
    private readonly EmailAddress[] _extension = new EmailAddress[Many];
    private readonly EmailAddress[] _wrapped = new EmailAddress[Many];
    private readonly EmailAddress[] _unknown = new EmailAddress[Many];
    private DirectoryEntries _entries = null!;
    private RecipientDirectory _directory = null!;

    [GlobalSetup]
    public void Build()
    {
        _entries = new(
            [.. Enumerable.Range(0, 10).Select(d => $"d{d}.example.com")],
            [.. Enumerable.Range(0, 20_000).Select(i => new MailboxEntry(
                $"m{i}",
                [.. Enumerable.Range(0, i % 2 == 0 ? 2 : 3).Select(a => $"first{a}.last{i}@d{i % 10}.example.com")],
                []))],
            [], "m0", new Dictionary<string, string>(), UnknownRecipient.Postmaster);
        if (!RecipientDirectory.TryBuild(_entries, out var directory, out var problems))
            throw new InvalidOperationException(problems[0]);
        _directory = directory;

        for (var n = 0; n < Many; n++)
        {
            // Spread over the whole directory, so that the processor's caches do not hold it.
            var i = (int)(n * 7_919L % 20_000);
            _direct[n] = Parse($"first1.last{i}@d{i % 10}.example.com");
            _extension[n] = Parse($"first1.last{i}+news@d{i % 10}.example.com");
            _wrapped[n] = Parse($"prvs=0123456789=first1.last{i}@d{i % 10}.example.com");
            _unknown[n] = Parse($"nobody{i}@d{i % 10}.example.com");
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Many)]
    public int Direct() => FindAll(_direct);

    [Benchmark(OperationsPerInvoke = Many)]
    public int Extension() => FindAll(_extension);

    [Benchmark(OperationsPerInvoke = Many)]
    public int Wrapped() => FindAll(_wrapped);

    [Benchmark(OperationsPerInvoke = Many)]
    public int Unknown() => FindAll(_unknown);

    [Benchmark]
    public bool BuildFromEntries() => RecipientDirectory.TryBuild(_entries, out _, out _);

    private int FindAll(EmailAddress[] addresses)
    {
        var desks = 0;
        foreach (var address in addresses) desks += _directory.Find(address).Mailboxes.Count;
        return desks;
    }

    private static EmailAddress Parse(string text) =>
        EmailAddress.TryParse(text, out var address) ? address : throw new InvalidOperationException(text);
}
