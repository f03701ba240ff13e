using Postroom.Accounts;

namespace Postroom.Doctor;

/// <summary>What the doctor found in the sampled letters of an account.</summary>
/// <param name="Letters">How many there were.</param>
/// <param name="Providers">Systems of the book that wrote into them, the likeliest first.</param>
/// <param name="Headers">Every header that carries addresses of ours, the most frequent first.</param>
/// <param name="Present">What the present setting does with them; null: there is none that works.</param>
/// <param name="Recommendation">What to write; null: no setting works.</param>
/// <param name="Warnings">What the administrator should know, a sentence or two each.</param>
/// <param name="Missing">What the provider would have to switch on, in words to send to it; null: nothing is missing.</param>
public sealed record Diagnosis(
    int Letters,
    IReadOnlyList<RecognisedProvider> Providers,
    IReadOnlyList<HeaderFinding> Headers,
    Trial? Present,
    Recommendation? Recommendation,
    IReadOnlyList<string> Warnings,
    string? Missing);

/// <summary>A system of the book that wrote into the letters.</summary>
/// <param name="Entry">What the book says of it.</param>
/// <param name="Letters">In how many letters its marks are.</param>
public sealed record RecognisedProvider(ProviderEntry Entry, int Letters);

/// <summary>A setting to write.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Lines">The same by name and value. The account needs no other <c>Multidrop</c> settings.</param>
/// <param name="Percent">How sure it is, 1 to 99.</param>
/// <param name="Confidence">The same in a word: high, good, fair, low.</param>
/// <param name="Place">Where the deciding line stands.</param>
/// <param name="Trial">What it does with the sampled letters.</param>
/// <param name="Evidence">A few of the lines it rests on.</param>
public sealed record Recommendation(
    Multidrop Setting, IReadOnlyList<SettingLine> Lines, int Percent, string Confidence, LinePlace Place, Trial Trial, IReadOnlyList<Quotation> Evidence);

/// <summary>A setting as it is written into the settings file.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Value">What to write.</param>
public sealed record SettingLine(string Name, string Value);

/// <summary>A header line of a letter.</summary>
/// <param name="Line">Name, colon and value; at most 300 characters.</param>
/// <param name="Recipients">Who the letter is for by it.</param>
public sealed record Quotation(string Line, IReadOnlyList<string> Recipients);
