using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Postroom.Cli.Host;

/// <summary>A queue message in work: hidden from others, and kept so for as long as the work goes on.</summary>
internal sealed class HiddenMessage(QueueClient queue, QueueMessage message, TimeSpan lease, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource ended = new();
    private string receipt = message.PopReceipt;
    private bool lost;

    /// <summary>Renews at a third of the lease, so that one failed renewal does no harm.</summary>
    public async Task KeepHiddenAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, ended.Token);
        while (!lost)
        {
            try
            {
                await Task.Delay(lease / 3, time, either.Token);
                receipt = (await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: lease, cancellationToken: CancellationToken.None)).Value.PopReceipt;
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 400)
            {
                // Somebody else has it now. The work goes on: it is harmless twice.
                lost = true;
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
            {
                // Storage is away for a moment; the next renewal may come in time.
            }
        }
    }

    /// <summary>Ends the renewal and waits for it, so that the receipt is the last one.</summary>
    public async Task EndAsync(Task renewal)
    {
        await ended.CancelAsync();
        await renewal;
    }

    public async Task DeleteAsync(CancellationToken stop)
    {
        try
        {
            await queue.DeleteMessageAsync(message.MessageId, receipt, stop);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 400)
        {
            // Deleted already: by another worker, or by our own request whose answer was lost.
        }
    }

    public async Task ShowAgainAsync(TimeSpan delay)
    {
        try
        {
            await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: delay);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 400)
        {
            // Somebody else has it.
        }
    }

    public void Dispose() => ended.Dispose();
}
