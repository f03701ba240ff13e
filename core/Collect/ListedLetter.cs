using System.Globalization;
using Postroom.Accounts;

namespace Postroom.Collect;

/// <summary>A letter as the server lists it.</summary>
/// <param name="Index">Its place in this session, from 0.</param>
/// <param name="Uidl">Its unique-id; empty where the server has none.</param>
/// <param name="Size">Octets as listed: a hint, some servers are always wrong.</param>
internal sealed record ListedLetter(int Index, string Uidl, long Size)
{
    /// <summary>Its name in the server's commands and in our sentences.</summary>
    public string Number => (Index + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>Its name among the seen letters; null where the UIDL is blank or not unique and its header is not known yet.</summary>
    public UInt128? Key { get; init; }

    /// <summary>The same letter, named by what is known of its header where its UIDL does not name it.</summary>
    public ListedLetter Named(ulong header) =>
        Key is not null ? this : this with { Key = SeenLetters.Key(string.Create(CultureInfo.InvariantCulture, $"{Uidl}\0{header:x16}"), Size) };
}
