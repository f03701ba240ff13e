using System.Diagnostics;
using System.Globalization;

namespace Postroom;

/// <summary>The moments between which a letter is in the store and not yet in the queue, delivered and not yet in the ledger, and so on.</summary>
internal enum Step
{
    /// <summary>The account's lease is ours.</summary>
    Leased,

    /// <summary>Logged in.</summary>
    LoggedIn,

    /// <summary>The mailbox is listed.</summary>
    Listed,

    /// <summary>A batch of letters is in memory.</summary>
    Fetched,

    /// <summary>A letter's blob is written.</summary>
    Stored,

    /// <summary>A batch is in the inbound queue.</summary>
    Enqueued,

    /// <summary>A batch is among the seen letters.</summary>
    Remembered,

    /// <summary>Letters are marked for deletion on the server.</summary>
    Marked,

    /// <summary>The server confirmed QUIT.</summary>
    Quit,

    /// <summary>State and seen letters are written, the lease is given back.</summary>
    Closed,

    /// <summary>A batch is in the deliver queue.</summary>
    Resolved,

    /// <summary>A letter lies at its target.</summary>
    Delivered,

    /// <summary>A batch's deliveries are in the ledger.</summary>
    Recorded,
}

/// <summary>
/// Kills the process, as <c>kill -9</c> would, right behind a step: how tests see that every prefix of the order store →
/// enqueue → remember → DELE → QUIT is safe. Without the variable it costs one comparison.
/// </summary>
/// <remarks>Set by tests only: <c>POSTROOM_TEST_DIE_AT=Stored:3</c> dies when the third letter is stored.</remarks>
internal static class Checkpoint
{
    public const string Variable = "POSTROOM_TEST_DIE_AT";

    private static readonly (Step Step, int Time)? Death = Read(Environment.GetEnvironmentVariable(Variable));
    private static int passed;

    public static void Pass(Step step)
    {
        if (Death is { } death && death.Step == step && Interlocked.Increment(ref passed) == death.Time)
            Process.GetCurrentProcess().Kill();
    }

    private static (Step, int)? Read(string? text) =>
        text?.Split(':') is [var name, var time] && Enum.TryParse<Step>(name, out var step) && int.TryParse(time, CultureInfo.InvariantCulture, out var number)
            ? (step, number)
            : null;
}
