using Postroom.Accounts;

namespace Postroom.Doctor;

/// <summary>What a setting would have done with the sampled letters.</summary>
/// <param name="Setting">The setting; null: the account is single drop.</param>
/// <param name="Letters">How many letters there were.</param>
/// <param name="Named">Letters for addresses somebody has.</param>
/// <param name="CatchAll">Letters only a catch-all takes.</param>
/// <param name="Unknown">Letters for addresses nobody has: the postmaster gets them, or they are held.</param>
/// <param name="Undetermined">Letters in which no recipient was found.</param>
/// <param name="Doubtful">Of all that were decided: by a line that stands where the sender, too, could have put it.</param>
/// <param name="Astray">Of all that were decided: for somebody else than To and Cc name. A few are normal (blind copies, lists, forwards).</param>
public sealed record Trial(
    Multidrop? Setting, int Letters, int Named, int CatchAll, int Unknown, int Undetermined, int Doubtful, int Astray)
{
    /// <summary>Letters that reach a desk by their recipient.</summary>
    public int Placed => Named + CatchAll;

    /// <summary>Letters in which a recipient of ours was found.</summary>
    public int Decided => Letters - Undetermined;
}
