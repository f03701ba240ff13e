namespace Postroom.Mail;

/// <summary>One header line that may decide who gets the letter, as it stood there.</summary>
/// <param name="Name">Field name as written, without blanks and colon.</param>
/// <param name="Value">Unfolded value, one char per byte (Latin-1), so that no byte is lost on its way through JSON.</param>
/// <param name="AboveReceived">Whether it stands above the first Received line.</param>
/// <param name="Cut">Whether it was longer than evidence may be; then <paramref name="Value"/> ends behind a blank or comma, never inside an address.</param>
public sealed record EvidenceLine(string Name, string Value, bool AboveReceived, bool Cut = false);
