namespace Postroom.Settings;

/// <summary>How many typing mistakes lie between two names (Levenshtein, without case).</summary>
internal static class EditDistance
{
    public static int Between(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], row[0] = i);
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]);
                left = Math.Min(Math.Min(row[j], left) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }

        return row[^1];
    }
}
