using Postroom.Accounts;

namespace Postroom.Collect;

/// <summary>A letter as the server lists it.</summary>
/// <param name="Index">Its place in this session, from 0.</param>
/// <param name="Uidl">Its unique-id; empty where the server has none.</param>
/// <param name="Size">Octets as listed: a hint, some servers are always wrong.</param>
internal sealed record ListedLetter(int Index, string Uidl, long Size)
{
    /// <summary>Its name among the seen letters.</summary>
    public UInt128 Key { get; } = SeenLetters.Key(Uidl, Size);
}
