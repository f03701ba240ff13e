using System.Net.Security;
using System.Text;

namespace Postroom.Collect;

/// <summary>
/// A connection to a server nobody trusts, below MailKit and above TLS: counts what comes, in octets and time, and ends
/// the connection when the present <see cref="Bound"/> is exceeded. MailKit alone would read an endless greeting into
/// memory, and its time-out restarts with each octet.
/// </summary>
internal sealed class BoundedStream(Stream connection, TimeProvider time) : Stream
{
    // One TLS record (RFC 8446 §5.1) and a bit.
    private readonly byte[] buffer = new byte[32 << 10];
    private readonly LetterEnd end = new();
    private Stream inner = connection;
    private ReadOnlyMemory<byte> ready;
    private Bound bound = Bound.Greeting;
    private long octets;
    private long line;
    private long began = time.GetTimestamp();
    private Func<Task>? first;

    /// <summary>Whether what is said is encrypted.</summary>
    public bool IsSecure => inner is SslStream;

    /// <summary>Gets what comes, as it comes; null: nobody listens.</summary>
    public ReplyLines? Listener { get; set; }

    /// <summary>Whether an end of a letter had to be guessed: the session is then good for nothing more.</summary>
    public bool EndGuessed { get; private set; }

    /// <summary>Begins a phase.</summary>
    /// <param name="next">What the server may do in it.</param>
    /// <param name="beforeFirst">Waited for when the first octet is there and before more is read: who waits for a server that says nothing needs no memory yet.</param>
    public void Allow(Bound next, Func<Task>? beforeFirst = null)
    {
        (bound, first, octets, line, began) = (next, beforeFirst, 0, 0, time.GetTimestamp());
        end.Reset();
    }

    /// <summary>Goes on in TLS.</summary>
    /// <exception cref="InvalidDataException">The server said something before: it may come from somebody on the way (CVE-2011-0411).</exception>
    public async Task SecureAsync(SslClientAuthenticationOptions options, CancellationToken stop)
    {
        if (!ready.IsEmpty)
            throw new InvalidDataException("The server said something more before TLS began, where somebody else may have put it.");
        Allow(Bound.Handshake);
        // The handshake reads from us, so it is bounded too; afterwards we stand above it.
        var tls = new SslStream(new Below(this, inner));
        using var limit = new CancellationTokenSource(bound.Whole, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await tls.AuthenticateAsClientAsync(options, both.Token);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw TooSlow(e);
        }

        inner = tls;
        Allow(Bound.Greeting);
    }

    /// <summary>One reply line without its end.</summary>
    public async Task<string> ReadLineAsync(CancellationToken stop)
    {
        var text = new List<byte>(80);
        while (true)
        {
            if (ready.IsEmpty)
                await FillAsync(stop);
            var feed = ready.Span.IndexOf((byte)'\n');
            text.AddRange(feed < 0 ? ready.Span : ready.Span[..feed]);
            ready = feed < 0 ? default : ready[(feed + 1)..];
            if (feed < 0)
                continue;
            end.SpeaksCrLf = text is [.., (byte)'\r'];
            return Encoding.UTF8.GetString([.. text]).TrimEnd('\r');
        }
    }

    /// <summary>Sends one command.</summary>
    public async Task WriteLineAsync(string command, CancellationToken stop) =>
        await WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), stop);

    /// <summary>Puts a line before what comes next: the greeting, for a client that missed it.</summary>
    public void Replay(string line) => ready = Encoding.UTF8.GetBytes(line + "\r\n").Concat(ready.ToArray()).ToArray();

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (ready.IsEmpty)
            await FillAsync(cancellationToken);
        var read = Math.Min(destination.Length, ready.Length);
        ready[..read].CopyTo(destination);
        ready = ready[read..];
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await InTimeAsync(async token =>
        {
            await inner.WriteAsync(buffer, token);
            await inner.FlushAsync(token);
            return 0;
        }, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Every wait of ours is asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Every wait of ours is asynchronous.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush() { }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private async Task FillAsync(CancellationToken stop)
    {
        do
        {
            int read;
            try
            {
                read = await InTimeAsync(token => inner.ReadAsync(buffer, token), stop);
            }
            catch (TimeoutException) when (bound.HoldsLetters && end.IsGlued && time.GetElapsedTime(began) < bound.Whole)
            {
                // Exchange 2000 glues the final dot to the last line if that has no line end, and waits (fetchmail FAQ S2).
                EndGuessed = true;
                ready = ".\r\n"u8.ToArray();
                return;
            }

            if (read == 0)
                throw new EndOfStreamException("The server closed the connection.");
            if (first is { } wait)
            {
                first = null;
                await wait();
            }

            Count(buffer.AsSpan(0, read), ref octets, ref line);
            Listener?.Write(buffer.AsSpan(0, read));
            ready = bound.HoldsLetters ? end.Guard(buffer.AsMemory(0, read)) : buffer.AsMemory(0, read);
        }
        while (ready.IsEmpty);
    }

    private void Count(ReadOnlySpan<byte> said, ref long all, ref long inLine)
    {
        all += said.Length;
        if (all > bound.Octets)
            throw new BoundExceededException(bound, $"The server's {bound.Phase} is longer than {bound.Octets} octets; the connection was ended.");
        if (bound.LineOctets == long.MaxValue)
            return;
        for (var feed = said.IndexOf((byte)'\n'); feed >= 0; feed = said.IndexOf((byte)'\n'))
        {
            Long(inLine + feed);
            inLine = 0;
            said = said[(feed + 1)..];
        }

        Long(inLine += said.Length);

        void Long(long length)
        {
            if (length > bound.LineOctets)
                throw new BoundExceededException(bound, $"The server sent a line of more than {bound.LineOctets} octets ({bound.Phase}); the connection was ended.");
        }
    }

    private async Task<int> InTimeAsync(Func<CancellationToken, ValueTask<int>> work, CancellationToken stop)
    {
        var left = bound.Whole - time.GetElapsedTime(began);
        if (left <= TimeSpan.Zero)
            throw TooSlow(null);
        using var limit = new CancellationTokenSource(left < bound.Silence ? left : bound.Silence, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw TooSlow(e);
        }
    }

    private TimeoutException TooSlow(Exception? inner)
    {
        var taken = time.GetElapsedTime(began);
        return new(taken < bound.Whole
            ? $"The server said nothing for {Words(bound.Silence)} ({bound.Phase})."
            : $"The server took more than {Words(bound.Whole)} ({bound.Phase}).", inner);
    }

    private static string Words(TimeSpan time) => time.TotalMinutes == 1 ? "a minute" : $"{Math.Ceiling(time.TotalMinutes):0} minutes";

    /// <summary>What TLS reads from and writes to: the connection, with its octets counted during the handshake.</summary>
    private sealed class Below(BoundedStream owner, Stream connection) : Stream
    {
        private long octets;
        private long line;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await connection.ReadAsync(buffer, cancellationToken);
            if (ReferenceEquals(owner.bound, Bound.Handshake))
                owner.Count(buffer.Span[..read], ref octets, ref line);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            connection.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => connection.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => connection.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Flush() => connection.Flush();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                connection.Dispose();
            base.Dispose(disposing);
        }
    }
}
