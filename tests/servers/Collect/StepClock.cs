namespace Postroom.Tests.Servers.Collect;

/// <summary>A clock that goes when told to, and whose timers ring then.</summary>
internal sealed class StepClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Bell> bells = [];
    private long ticks = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public void Advance(TimeSpan by)
    {
        List<Bell> due;
        lock (gate)
        {
            ticks += by.Ticks;
            due = bells.FindAll(b => b.At <= ticks);
            bells.RemoveAll(due.Contains);
        }

        due.ForEach(static b => b.Ring());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var bell = new Bell(this, callback, state);
        bell.Change(dueTime, period);
        return bell;
    }

    private sealed class Bell(StepClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long At { get; private set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.bells.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    At = clock.ticks + dueTime.Ticks;
                    clock.bells.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
