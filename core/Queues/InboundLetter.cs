using System.Text.Json.Serialization;
using Postroom.Mail;

namespace Postroom.Queues;

/// <summary>One stored letter on its way to Resolve.</summary>
public sealed record InboundLetter
{
    /// <summary>The letter's id: derived for collected mail, fresh for direct SMTP.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the blob that holds its bytes.</summary>
    public required string Blob { get; init; }

    /// <summary>Octets in the blob.</summary>
    public required long Size { get; init; }

    /// <summary>When we got it.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The account it was collected from; null for direct SMTP.</summary>
    public string? Account { get; init; }

    /// <summary>The SMTP envelope; null for collected mail.</summary>
    public Envelope? Envelope { get; init; }

    /// <summary>How it came through the SMTP door; null for collected mail.</summary>
    public SmtpSession? Session { get; init; }

    /// <summary>The header lines that may decide who gets it.</summary>
    public required HeaderEvidence Evidence { get; init; }

    /// <summary>Envelope sender as far as known: the SMTP envelope's, or the provider's Return-Path. Empty for the null sender.</summary>
    [JsonIgnore]
    public string? Sender => Envelope?.Sender ?? Evidence.Text("Return-Path")?.Trim().Trim('<', '>');

    /// <summary>Message-ID as written; null when the letter has none.</summary>
    [JsonIgnore]
    public string? MessageId => Evidence.Text("Message-ID")?.Trim();

    /// <summary>Whether an earlier, broken attempt may have sent it already: later stages then look before they act.</summary>
    public bool Repeat { get; init; }
}
