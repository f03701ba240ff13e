using Postroom.Queues;

namespace Postroom.Resolve;

/// <summary>Who gets a letter and why.</summary>
/// <param name="Recipients">Envelope addresses before the directory; empty for single drop and when nothing was found.</param>
/// <param name="Desks">The mailboxes, each once.</param>
/// <param name="Held">Recipients nobody has, for whom the letter waits for a person; null stands for "no recipient at all".</param>
/// <param name="DecidedBy">What decided: a header name, <c>account</c>, <c>envelope</c> or <c>nothing</c>.</param>
/// <param name="Reason">The decision in one sentence.</param>
/// <param name="Steps">Every step of it in words.</param>
public sealed record Sorting(
    IReadOnlyList<string> Recipients,
    IReadOnlyList<SortedDesk> Desks,
    IReadOnlyList<HeldFor> Held,
    string DecidedBy,
    string Reason,
    IReadOnlyList<string> Steps);

/// <summary>A letter with its sorting.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="Sorting">Who gets it.</param>
public sealed record SortedLetter(InboundLetter Letter, Sorting Sorting);

/// <summary>A mailbox that gets a letter.</summary>
/// <param name="Mailbox">Its name.</param>
/// <param name="Recipient">The envelope address that led to it; null for single drop and undetermined letters.</param>
/// <param name="Reason">Why it gets the letter, in a sentence.</param>
/// <param name="Undetermined">Whether it does so only as postmaster, because nobody else could be found.</param>
public sealed record SortedDesk(string Mailbox, string? Recipient, string Reason, bool Undetermined);

/// <summary>A recipient for whom a letter waits.</summary>
/// <param name="Recipient">The address nobody has; null if no recipient was found.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record HeldFor(string? Recipient, string Reason);
