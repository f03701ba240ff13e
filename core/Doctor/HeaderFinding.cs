namespace Postroom.Doctor;

/// <summary>A header that carries addresses of ours.</summary>
/// <param name="Name">Its name, as most letters write it.</param>
/// <param name="Letters">Letters in which it carries an address of ours.</param>
/// <param name="Foreign">Letters in which it stands and carries none.</param>
/// <param name="Place">Where its topmost line stands or, if that varies, its lowest.</param>
/// <param name="LinesPerLetter">Lines of that name in a letter that has it, on average.</param>
/// <param name="ValuesPerLine">Addresses in such a line, on average.</param>
/// <param name="Comparable">Letters that also have a Received line of the provider's with a <c>for</c> clause.</param>
/// <param name="Agreeing">Of these, letters where both name the same.</param>
/// <param name="Placed">Letters the best setting built on it would put on a desk; null: no setting may be built on it.</param>
public sealed record HeaderFinding(
    string Name, int Letters, int Foreign, LinePlace Place, double LinesPerLetter, double ValuesPerLine, int Comparable, int Agreeing, int? Placed);
