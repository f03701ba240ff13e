using System.Text;
using BenchmarkDotNet.Attributes;
using Postroom.Mail;

namespace Postroom.Bench;

/// <summary>
/// The scanner reads every byte of every header. Look at two ratios: 10 MB may take at most 12 times as long as 1 MB,
/// whatever the lines are, and <c>Allocated</c> must not grow with the size. The 1 MB wanders through 40 MB, because
/// a header that stays in the processor's cache is read several times faster than any that comes from outside.
/// </summary>
[MemoryDiagnoser]
public class HeaderScannerBenchmarks
{
    private const int Memory = 40;

    private byte[][] _headers = [];
    private int _next;

    [Params(1, 10)]
    public int Megabytes { get; set; }

    [Params("letters", "empty candidates", "short lines", "one line", "one folded candidate", "names without colon")]
    public string Of { get; set; } = "";

    [GlobalSetup]
    public void Fill()
    {
        var pattern = Encoding.ASCII.GetBytes(Of switch
        {
            "empty candidates" => "Delivered-To:\n",
            "short lines" => "a\n",
            "one line" => "xxxxxxxxxxxxxxxx",
            "one folded candidate" => " x\r\n",
            "names without colon" => "Delivered-To\n",
            _ => "Received: from mail.example.org (mail.example.org [198.51.100.7])\r\n\tby mx.provider.example with ESMTPS id 1;\r\n\tMon, 5 Jan 2026 10:00:00 +0100\r\n"
                + "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=k1;\r\n\th=from:to:subject:date:message-id;\r\nFrom: Carla <carla@example.org>\r\nTo: Anna <anna@example.com>\r\nSubject: Test\r\nMIME-Version: 1.0\r\n",
        });
        var start = Of == "one folded candidate" ? "Delivered-To:\r\n"u8 : "X-First: x\n"u8;
        _headers = [.. Enumerable.Range(0, Memory / Megabytes).Select(_ => new byte[Megabytes * 1_000_000])];
        foreach (var header in _headers)
        {
            start.CopyTo(header);
            for (var i = start.Length; i < header.Length; i++)
                header[i] = pattern[(i - start.Length) % pattern.Length];
        }
    }

    [Benchmark]
    public HeaderEvidence Scan()
    {
        var header = _headers[_next = (_next + 1) % _headers.Length];
        var scanner = new HeaderScanner(CandidateHeaders.Always);
        for (var i = 0; i < header.Length; i += 65_536)
            scanner.Write(header.AsSpan(i, Math.Min(65_536, header.Length - i)));
        return scanner.Finish();
    }
}
