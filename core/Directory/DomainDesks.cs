namespace Postroom.Directory;

/// <summary>Who has which address in one domain of ours.</summary>
/// <param name="name">A-label.</param>
/// <param name="everywhere">The addresses that count in every domain of ours; one dictionary shared by all.</param>
internal sealed class DomainDesks(string name, Dictionary<string, Claim> everywhere)
{
    private const string PostmasterAddress = "postmaster";

    public string Name { get; } = name;

    /// <summary>By what the local part stands for.</summary>
    public Dictionary<string, Claim> Addresses { get; } = new(LocalPart.Comparer);

    public Claim? CatchAll { get; set; }

    /// <summary>Of this domain; null: that of all.</summary>
    public Desk? Postmaster { get; set; }

    /// <summary>An address somebody was given. What is written for one domain goes before what is written for all, so an
    /// alias for all domains may have exceptions. Allocates nothing.</summary>
    public bool TryFind(ReadOnlySpan<char> local, out Claim claim) =>
        Addresses.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(local, out claim) ||
        everywhere.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(local, out claim);

    /// <summary>Whether it is the address every domain has, given to somebody or not (RFC 5321 §4.5.1).</summary>
    public static bool IsPostmaster(ReadOnlySpan<char> local) =>
        local.Equals(PostmasterAddress, StringComparison.OrdinalIgnoreCase);
}
