using Microsoft.Azure.Functions.Worker;
using Postroom.Functions;
using Xunit;

namespace Postroom.Tests.Functions;

/// <summary>What the worker makes of a function's end: it calls it cancelled only if the exception has a cancellation inside.</summary>
public sealed class StopReportTests
{
    private static readonly FunctionContext Running = new Invocation(CancellationToken.None);
    private static readonly FunctionContext Stopped = new Invocation(new(canceled: true));

    [Fact]
    public async Task A_stop_is_told_as_one()
    {
        var end = await Assert.ThrowsAsync<OperationCanceledException>(() => StopReport.RunAsync(Stopped, static () => throw new TaskCanceledException()));

        Assert.IsType<TaskCanceledException>(end.InnerException);
    }

    [Fact]
    public async Task A_stop_nobody_asked_for_is_a_failure() =>
        Assert.Null((await Assert.ThrowsAsync<TaskCanceledException>(() => StopReport.RunAsync(Running, static () => throw new TaskCanceledException()))).InnerException);

    [Fact]
    public async Task A_failure_during_a_stop_stays_a_failure() =>
        await Assert.ThrowsAsync<IOException>(() => StopReport.RunAsync(Stopped, static () => throw new IOException()));

    [Fact]
    public async Task What_was_done_before_the_stop_is_done() =>
        await StopReport.RunAsync(Stopped, static () => Task.CompletedTask);

    private sealed class Invocation(CancellationToken stop) : FunctionContext
    {
        public override CancellationToken CancellationToken => stop;
    }
}
