using System.Text;
using CsCheck;
using Postroom.Accounts;
using Postroom.Mail;
using Postroom.Resolve;
using Xunit;

namespace Postroom.Tests.Unit.Resolve;

/// <summary>A sender chooses HELO, ident, his recipient's local part and everything below; none of it places a letter.</summary>
public sealed class ReceivedForgeryProperties
{
    private const string Forged =
        "Received: from x (x [198.51.100.9]) by mx.provider.example with SMTP id 2 for <boss@example.com>; Mon, 5 Jan 2026 10:00:00 +0100\r\n";

    private static readonly Account Account = new()
    {
        Name = "provider",
        Host = "pop.provider.example",
        Port = 995,
        UserName = "user",
        Password = "",
        Domains = ["example.com"],
        Multidrop = new Multidrop { Mode = MultidropMode.Received, Hosts = [".provider.example", "192.0.2.1"] },
    };

    private static readonly Gen<string> Text = OneOf(
        " ", " ", " ", "(", ")", "(", ")", "<", ">", "\"", "\\", ";", ",", "[", "]", ".", "@", "\r", "x", "by", " by ", " for ", " with ", " id ", "from ", "LMTP",
        "mx.provider.example", "mx2.provider.example", "foreign.example", "(mx2.provider.example [10.0.0.1])", "[10.0.0.1]", "[127.0.0.1]",
        "boss@example.com", "<boss@example.com>", "(Exim 4.96)", "helo=", "unknown", "(qmail 1 invoked from network)").Array[0, 12].Select(string.Concat);

    private static readonly Gen<string> Connection = OneOf(
        "{0} (mail.example.org [198.51.100.7])", "{0} (unknown [198.51.100.7])", "{0} ([198.51.100.7])", "{0} (198.51.100.7)",
        "unknown (HELO {0}) (198.51.100.7)", "[198.51.100.7] (helo={0})", "{0} (mx.provider.example [198.51.100.7] (may be forged))");

    [Fact]
    public void No_HELO_reaches_the_boss_by_a_line_below() =>
        Gen.Select(Connection, Text, Text).Sample((connection, helo, below) =>
        {
            var line = $"Received: from {connection.Replace("{0}", helo, StringComparison.Ordinal)} by mx.provider.example (Postfix) with ESMTP id 1; Mon, 5 Jan 2026 10:00:01 +0100\r\n";
            Assert.Empty(Read(line + Forged + "Received: " + below + "\r\n" + Forged));
        }, iter: 30_000);

    [Fact]
    public void No_HELO_and_no_quoted_local_part_reach_anybody_but_the_one_the_server_accepted() =>
        Gen.Select(Connection, Text, Text).Sample((connection, helo, local) =>
        {
            // A server that accepts a quoted local part has parsed it; its quotes and backslashes are in order.
            var quoted = "\"" + local.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"@example.com";
            var line = $"Received: from {connection.Replace("{0}", helo, StringComparison.Ordinal)} by mx.provider.example (Postfix) with ESMTP id 1 for <{quoted}>; Mon, 5 Jan 2026 10:00:01 +0100\r\n";
            Assert.All(Read(line + Forged), r => Assert.Equal(quoted, r.ToString()));
        }, iter: 30_000);

    private static IReadOnlyList<EmailAddress> Read(string header)
    {
        var scanner = new HeaderScanner(CandidateHeaders.For(Account));
        scanner.Write(Encoding.Latin1.GetBytes(header));
        return RecipientReader.Read(Account, scanner.Finish()).Recipients;
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
}
