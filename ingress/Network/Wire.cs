using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Postroom.Receive.Protocol;

namespace Postroom.Receive.Network;

/// <summary>Why nothing more comes.</summary>
internal enum WireEnd
{
    /// <summary>The client is gone.</summary>
    Lost,

    /// <summary>The client took too long.</summary>
    TooSlow,

    /// <summary>We are shutting down.</summary>
    Closing,
}

/// <summary>
/// One connection: what has come and is not used yet, what is to go out, and a clock. Answers go out when we would have to
/// wait for the client, so that a pipelining one (RFC 2920) gets them together.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(30);

    private readonly ConnectionContext connection;
    private readonly TimeProvider time;
    private readonly CancellationToken closing;
    private readonly CancellationTokenRegistration registration;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private PipeReader input;
    private PipeWriter output;
    private SslStream? tls;
    private ReadOnlySequence<byte> buffer;
    private bool holding, completed, expired, flushing, interruptible;

    /// <param name="connection">The connection.</param>
    /// <param name="time">For the deadlines.</param>
    /// <param name="closing">We are shutting down: waits that may be interrupted end.</param>
    public Wire(ConnectionContext connection, TimeProvider time, CancellationToken closing)
    {
        (this.connection, this.time, this.closing) = (connection, time, closing);
        (input, output) = (connection.Transport.Input, connection.Transport.Output);
        timer = time.CreateTimer(static w => ((Wire)w!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        registration = closing.Register(static w => ((Wire)w!).Interrupt(), this);
    }

    /// <summary>What has come and is not used yet.</summary>
    public ReadOnlySequence<byte> Buffer
    {
        get => buffer;
        set => buffer = value;
    }

    /// <summary>Why <see cref="MoreAsync"/> said no.</summary>
    public WireEnd End { get; private set; }

    /// <summary>The cipher suite; null: plain.</summary>
    public string? Cipher { get; private set; }

    /// <summary>Starts the clock anew.</summary>
    public void Arm(TimeSpan limit)
    {
        lock (gate)
            expired = false;
        timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the clock: now the client waits for us.</summary>
    public void Disarm() => timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Waits for more than there is in <see cref="Buffer"/>; what was written goes out first.</summary>
    /// <param name="mayInterrupt">Whether a shutdown ends the wait.</param>
    /// <returns>False: nothing more comes, see <see cref="End"/>.</returns>
    public async ValueTask<bool> MoreAsync(bool mayInterrupt)
    {
        if (holding)
            input.AdvanceTo(buffer.Start, buffer.End);
        (holding, buffer) = (false, default);
        if (completed)
            return Over(WireEnd.Lost);
        await FlushAsync();
        while (true)
        {
            lock (gate)
            {
                if (mayInterrupt && closing.IsCancellationRequested)
                    return Over(WireEnd.Closing);
                if (expired)
                    return Over(WireEnd.TooSlow);
                interruptible = mayInterrupt;
            }

            var result = await input.ReadAsync();
            lock (gate)
                interruptible = false;
            if (!result.IsCanceled)
            {
                (buffer, holding, completed) = (result.Buffer, true, result.IsCompleted);
                return !completed || !buffer.IsEmpty || Over(WireEnd.Lost);
            }

            // Out of time, shutting down, or an alarm that came too late to count: the head of the loop knows.
            input.AdvanceTo(result.Buffer.Start);
        }
    }

    /// <summary>Writes a reply; it goes out with the next wait or <see cref="FlushAsync"/>.</summary>
    public void Write(ReadOnlySpan<byte> reply) => output.Write(reply);

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void Write(Reply reply) => output.Write(reply.Line.Span);

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync()
    {
        lock (gate)
            flushing = true;
        await output.FlushAsync();
        lock (gate)
            flushing = false;
    }

    /// <summary>
    /// Says so and goes over to TLS. Whatever came before the handshake was in clear and may be somebody else's: it is
    /// thrown away unread (RFC 3207 §4.2 and §6; CVE-2011-0411).
    /// </summary>
    public async Task StartTlsAsync(SslServerAuthenticationOptions options)
    {
        if (holding)
            input.AdvanceTo(buffer.End);
        (holding, buffer) = (false, default);
        while (input.TryRead(out var read))
        {
            completed |= read.IsCompleted;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        Write(Replies.ReadyForTls);
        await FlushAsync();
        tls = new(new TwoWayStream(input, output), leaveInnerStreamOpen: true);
        using (var patience = new CancellationTokenSource(HandshakeTimeout, time))
            await tls.AuthenticateAsServerAsync(options, patience.Token);
        input = PipeReader.Create(tls, new(bufferSize: 16 << 10, minimumReadSize: 4 << 10, leaveOpen: true));
        output = PipeWriter.Create(tls, new(leaveOpen: true));
        Cipher = tls.NegotiatedCipherSuite.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        await registration.DisposeAsync();
        if (holding)
            input.AdvanceTo(buffer.Start);
        if (tls is not null)
        {
            await input.CompleteAsync();
            await output.CompleteAsync();
            await tls.DisposeAsync();
        }
    }

    private bool Over(WireEnd end)
    {
        End = end;
        return false;
    }

    private void Expire()
    {
        lock (gate)
        {
            expired = true;
            // A client that takes no answers gets none.
            if (flushing)
                connection.Abort(new ConnectionAbortedException("The client takes no replies."));
            else
                input.CancelPendingRead();
        }
    }

    private void Interrupt()
    {
        lock (gate)
        {
            if (interruptible)
                input.CancelPendingRead();
        }
    }
}
