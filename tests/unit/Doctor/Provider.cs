namespace Postroom.Tests.Unit.Doctor;

/// <summary>What providers make of a letter's header. Each shape is written after the facts of the provider book.</summary>
internal static class Provider
{
    private const string Date = "Mon, 2 Mar 2026 10:00:05 +0100";

    public static string Exim(Post post) =>
        $"Return-path: <sender@sender.example>\nEnvelope-to: {post.Recipient}\nDelivery-date: {Date}\n"
        + $"Received: from [198.51.100.7] (helo={post.Helo})\n\tby mx{post.Number % 2 + 1}.provider.example with esmtps (Exim 4.96)\n\t(envelope-from <sender@sender.example>)\n\tid 1x-{post.Number};\n\t{Date}\n"
        + post.Header;

    public static string Postfix(Post post) =>
        $"Return-Path: <sender@sender.example>\nX-Original-To: {post.Recipient}\nDelivered-To: m12345@provider.example\n"
        + $"Received: from {post.Helo} (out.sender.example [198.51.100.7])\n\tby mx1.provider.example (Postfix) with ESMTPS id P{post.Number};\n\t{Date} (CET)\n"
        + post.Header;

    /// <summary>Postfix that keeps the domain's mail without an alias: both headers say the same.</summary>
    public static string PostfixWithoutAlias(Post post) => Postfix(post).Replace("m12345@provider.example", post.Recipient, StringComparison.Ordinal);

    public static string Qmail(Post post) =>
        $"Return-Path: <sender@sender.example>\nDelivered-To: example.com-{post.Recipient}\n" + QmailReceived(post) + post.Header;

    /// <summary>The mailbox is behind one more forward inside the provider.</summary>
    public static string QmailForwarded(Post post) =>
        $"Return-Path: <sender@sender.example>\nDelivered-To: m12345@provider.example\nReceived: (qmail {post.Number} invoked by uid 89); 2 Mar 2026 09:00:05 -0000\n"
        + $"Delivered-To: example.com-{post.Recipient}\n" + QmailReceived(post) + post.Header;

    private static string QmailReceived(Post post) =>
        $"Received: (qmail {post.Number} invoked from network); 2 Mar 2026 09:00:05 -0000\n"
        + $"Received: from unknown (HELO {post.Helo}) (198.51.100.7)\n  by mx1.provider.example with SMTP; 2 Mar 2026 09:00:05 -0000\n";

    public static string Ionos(Post post) =>
        $"Return-Path: <sender@sender.example>\nReceived: from {post.Helo} ([198.51.100.7]) by mx.kundenserver.de\n (mxeue102 [203.0.113.1]) with ESMTPS (Nemesis) id N{post.Number} for\n <{post.Recipient}>; {Date}\n"
        + post.Header + $"Envelope-To: <{post.Recipient}>\n";

    public static string Strato(Post post) =>
        $"X-Envelope-From: <sender@sender.example>\nX-Envelope-To: <{post.Recipient}>\nX-Delivery-Time: 1772442005\nX-UID: {post.Number}\nReturn-Path: <sender@sender.example>\n"
        + $"Received: from {post.Helo} (out.sender.example [198.51.100.7])\n\tby smtpin.rzone.de (RZmta 51.2 (DEV) (OK)) with ESMTPS id r{post.Number}\n\tfor <{post.Recipient.ToUpperInvariant()}>; {Date}\n"
        + post.Header;

    public static string Fastmail(Post post) =>
        $"Return-Path: <sender@sender.example>\nReceived: from compute4.internal (compute4.nyi.internal [10.202.2.44])\n\t by sloti26t01 (Cyrus 3.0.0-fastmail-1) with LMTPA;\n\t {Date}\n"
        + $"X-Sieve: CMU Sieve 2.4\nX-Resolved-to: office@example.com\nX-Delivered-to: {post.Recipient}\nX-Mail-from: sender@sender.example\n"
        + $"Received: from mx5 ([10.202.2.204])\n  by compute4.internal (LMTPProxy); {Date}\n"
        + $"Received: from {post.Helo} (out.sender.example [198.51.100.7])\n\tby mx5.messagingengine.com (Postfix) with ESMTPS id F{post.Number};\n\t{Date}\n"
        + post.Header;

    /// <summary>A filter that writes below the entrance's Received line.</summary>
    public static string Filter(Post post) =>
        $"Received: from {post.Helo} (out.sender.example [198.51.100.7])\n\tby mx1.provider.example (Mailgate) with ESMTPS id G{post.Number}; {Date}\nX-Rcpt-Real: {post.Recipient}\n" + post.Header;

    /// <summary>No header, but Received names the recipient.</summary>
    public static string OnlyReceived(Post post) =>
        $"Return-Path: <sender@sender.example>\nReceived: from {post.Helo} (out.sender.example [198.51.100.7])\n\tby mx{post.Number % 3 + 1}.provider.example (Mailgate) with ESMTPS id R{post.Number}\n\tfor <{post.Recipient}>; {Date}\n"
        + post.Header;

    /// <summary>Nothing says who the letter is for; a header names the mailbox.</summary>
    public static string Hopeless(Post post) =>
        $"Return-Path: <sender@sender.example>\nDelivered-To: office@example.com\nReceived: from {post.Helo} (out.sender.example [198.51.100.7])\n\tby mx1.provider.example (Postfix) with ESMTPS id H{post.Number}; {Date}\n"
        + post.Header;
}
