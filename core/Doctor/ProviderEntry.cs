using Postroom.Accounts;

namespace Postroom.Doctor;

/// <summary>What the book says of a provider, of a mail server's software, or of a service that forwards mail.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">How its recipients are read; null: they cannot be.</param>
/// <param name="Header">The header with the envelope recipient; empty: it has none.</param>
/// <param name="Shape">How the header looks, with <c>anna@example.com</c> as recipient.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Occurrence">Which line decides.</param>
/// <param name="Prefix">What stands before the address; empty: nothing.</param>
/// <param name="Quirks">What else to know, a sentence each.</param>
/// <param name="Signs">How to recognise it.</param>
/// <param name="Ask">What to ask for where the header is missing.</param>
/// <param name="Sources">Where this is from.</param>
public sealed record ProviderEntry(
    string Name,
    ProviderKind Kind,
    MultidropMode? Mode,
    string Header,
    string Shape,
    LinePlace Place,
    Occurrence Occurrence,
    string Prefix,
    IReadOnlyList<string> Quirks,
    ProviderSigns Signs,
    string Ask,
    IReadOnlyList<string> Sources);

/// <summary>How a provider is recognised; one sign is enough.</summary>
/// <param name="Hosts">Hosts behind <c>by</c> in its own Received lines; a leading dot means any host below.</param>
/// <param name="ReceivedText">Text in its own Received lines.</param>
/// <param name="Headers">Headers in its own part of the letter, each enough by itself.</param>
public sealed record ProviderSigns(IReadOnlyList<string> Hosts, IReadOnlyList<string> ReceivedText, IReadOnlyList<string> Headers);

/// <summary>What an entry of the book is about. The order is that of how much it says.</summary>
public enum ProviderKind
{
    /// <summary>A company that keeps mailboxes.</summary>
    Provider,

    /// <summary>A mail server that many companies run.</summary>
    Software,

    /// <summary>A service that sends mail on to the mailbox and leaves its own lines in it.</summary>
    Forwarder,
}
