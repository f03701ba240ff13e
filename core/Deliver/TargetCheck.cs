namespace Postroom.Deliver;

/// <summary>Tries whether letters can be put where a target wants them.</summary>
public static class TargetCheck
{
    /// <summary>Why not, in a sentence; null if they can, or if this kind of target cannot be asked beforehand.</summary>
    public static string? Problem(Target target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Kind != TargetKind.Maildir)
            return null;
        // Where every mailbox has a folder of its own, the one above them.
        var at = target.Path.IndexOf("{mailbox}", StringComparison.Ordinal);
        var folder = at < 0 ? target.Path : Path.GetDirectoryName(target.Path[..at] + "x")!;
        try
        {
            System.IO.Directory.CreateDirectory(folder);
            var trial = Path.Combine(folder, $".postroom-check-{Guid.CreateVersion7():N}");
            File.WriteAllBytes(trial, []);
            File.Delete(trial);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Nothing can be written to {folder}: {e.Message} Look at Targets__{target.Name}__Path and at who owns the folder.";
        }
    }
}
