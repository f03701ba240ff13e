using Microsoft.Azure.Functions.Worker;

namespace Postroom.Functions;

/// <summary>Lets the host see a stop as a stop.</summary>
/// <remarks>
/// A stopped function must not return: the host would take its message for done and delete it. It must throw, and the
/// worker calls the invocation cancelled only if the exception has a cancellation inside; a bare one it reports as a
/// failure, stack and all (worker 2.52.0, InvocationHandler). Either way the message comes again.
/// </remarks>
internal static class StopReport
{
    /// <summary>Runs a function.</summary>
    /// <exception cref="OperationCanceledException">The host stopped it; with the cancellation inside.</exception>
    public static async Task RunAsync(FunctionContext context, Func<Task> function)
    {
        try
        {
            await function();
        }
        catch (OperationCanceledException e) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The host stopped the function; what is not done comes again.", e, context.CancellationToken);
        }
    }
}
