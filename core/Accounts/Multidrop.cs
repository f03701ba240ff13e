namespace Postroom.Accounts;

/// <summary>How the real recipient of a letter is found in an account that holds a whole domain's mail.</summary>
public sealed record Multidrop
{
    /// <summary>Which kind of trace the provider leaves.</summary>
    public required MultidropMode Mode { get; init; }

    /// <summary>Field name of the trace header, without colon. Qvirtual default <c>Delivered-To</c>; empty for <see cref="MultidropMode.Received"/>.</summary>
    public string Header { get; init; } = "";

    /// <summary>Qvirtual: what stands before the real address, as written in the settings; null: nothing.</summary>
    public string? Prefix { get; init; }

    /// <summary>Received: the provider's receiving hosts, lower-case; a leading dot means any host below.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Which of several matching lines decides. Default <see cref="Occurrence.First"/>.</summary>
    public Occurrence Occurrence { get; init; }

    /// <summary>Matching lines to pass over before one decides. Default 0.</summary>
    public int Skip { get; init; }

    /// <summary>What to try when nothing was found. Default <see cref="Fallback.None"/>: the postmaster gets the letter.</summary>
    public Fallback Fallback { get; init; }

    /// <summary>The field whose lines decide: <see cref="Header"/> without colon and blanks, or what the mode implies.</summary>
    public string FieldName => Mode switch
    {
        MultidropMode.Received => "Received",
        MultidropMode.Qvirtual when string.IsNullOrWhiteSpace(Header) => "Delivered-To",
        _ => Header.Trim().TrimEnd(':').TrimEnd(),
    };
}

/// <summary>Which kind of trace the provider leaves in a letter.</summary>
public enum MultidropMode
{
    /// <summary>A header with the envelope recipient, such as <c>Envelope-to</c>.</summary>
    Header,

    /// <summary>qmail's virtual domains: the recipient follows a prefix, <c>Delivered-To: example.com-anna@example.com</c>.</summary>
    Qvirtual,

    /// <summary>No such header: the <c>for</c> clause of the provider's own Received lines. Emergency only.</summary>
    Received,
}

/// <summary>Which of several matching header lines decides.</summary>
public enum Occurrence
{
    /// <summary>The topmost.</summary>
    First,

    /// <summary>The lowest.</summary>
    Last,

    /// <summary>The topmost one that stands above the first Received line; none there means none.</summary>
    AboveReceived,
}

/// <summary>What to try when the chosen mode finds no recipient.</summary>
public enum Fallback
{
    /// <summary>Nothing: the letter counts as undetermined.</summary>
    None,

    /// <summary>The <c>for</c> clause of the configured hosts' Received lines.</summary>
    Received,

    /// <summary>The addresses of ours in To and Cc; guesses, and forgeable.</summary>
    To,
}
