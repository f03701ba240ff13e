using Azure;
using Azure.Data.Tables;

namespace Postroom.Directory;

/// <summary>The one row that says which generation of the directory table is in use. Writing it is the switch-over.</summary>
/// <param name="Generation">Partition of the pieces.</param>
/// <param name="Previous">The generation before, kept for readers that are still at it; null: none.</param>
/// <param name="Pieces">How many rows the generation has.</param>
/// <param name="Addresses">How many addresses, for a person who looks.</param>
/// <param name="Sha256">Of the whole text, so that half a generation is never taken for a small one.</param>
/// <param name="ETag">Of the row that was read.</param>
internal sealed record DirectoryPointer(string Generation, string? Previous, int Pieces, int Addresses, string Sha256, ETag ETag = default)
{
    /// <summary>Partition and row key.</summary>
    public const string Key = "current";

    private const int KnownVersion = 1;

    /// <exception cref="InvalidDataException">From a later build.</exception>
    public static DirectoryPointer Read(TableEntity row) => row.GetInt32("V") == KnownVersion
        ? new(row.GetString("Generation"), row.GetString("Previous"), row.GetInt32("Pieces") ?? 0, row.GetInt32("Addresses") ?? 0, row.GetString("Sha256"), row.ETag)
        : throw new InvalidDataException("The directory table was written by a later version of Postroom.");

    public TableEntity ToRow() => new(Key, Key)
    {
        ["V"] = KnownVersion,
        ["Generation"] = Generation,
        ["Previous"] = Previous,
        ["Pieces"] = Pieces,
        ["Addresses"] = Addresses,
        ["Sha256"] = Sha256,
    };
}
