using System.Globalization;

namespace Postroom.Accounts;

/// <summary>The process that holds a lease, named so that a successor on the same machine can tell whether it still lives.</summary>
internal static class LeaseHolder
{
    /// <summary>This process: machine, process id, start mark.</summary>
    public static string Self { get; } =
        string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{StartMark(Environment.ProcessId)}");

    /// <summary>
    /// Whether the holder surely is gone: it ran on this machine and no process has its id and start mark any more. A
    /// killed process then blocks its accounts not a second longer. Of other machines nothing can be known, their lease
    /// has to run out. A wrong "gone" costs a repetition, not a letter: each remembering checks the lease's ETag.
    /// </summary>
    public static bool IsGone(string holder) =>
        holder.Split('/') is [var machine, var id, var mark]
        && machine == Environment.MachineName
        && int.TryParse(id, CultureInfo.InvariantCulture, out var process)
        && StartMark(process) is var present
        && present != "?" && present != mark;

    // Field 22 of /proc/PID/stat, counted after the command name, which may hold blanks (proc(5)).
    private static string StartMark(int process)
    {
        if (!OperatingSystem.IsLinux())
            return "?";
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "gone";
        }
    }
}
