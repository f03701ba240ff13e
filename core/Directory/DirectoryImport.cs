namespace Postroom.Directory;

/// <summary>How an import ended.</summary>
/// <param name="Problems">Everything that is wrong, each a sentence with the line and what to write. Not empty: nothing has changed.</param>
/// <param name="Changed">Whether the table says something else now than before.</param>
/// <param name="Addresses">Addresses in the file, patterns included.</param>
/// <param name="Mailboxes">Mailboxes the file describes, those of the settings not counted.</param>
public sealed record DirectoryImport(IReadOnlyList<string> Problems, bool Changed, int Addresses, int Mailboxes)
{
    /// <summary>Whether the table now says what the file says.</summary>
    public bool Succeeded => Problems.Count == 0;
}

/// <summary>How far an import is.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Done">How much of it: rows while reading and checking, pieces while writing.</param>
/// <param name="Total">Of how much; 0: not known yet.</param>
public sealed record DirectoryProgress(DirectoryStep Step, int Done, int Total);

/// <summary>What an import is doing.</summary>
public enum DirectoryStep
{
    /// <summary>The file is read.</summary>
    Reading,

    /// <summary>Rows and settings are checked against each other.</summary>
    Checking,

    /// <summary>The new generation is written; nothing counts until the last piece is there.</summary>
    Writing,

    /// <summary>The new generation is in use.</summary>
    Switched,
}
