using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Cjp2p.Actors.Simulation;
using CsCheck;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class SimSchedulerSpec : IDisposable
{
    private readonly SimScheduler _scheduler = new(Config.Empty, NoLogger.Instance);
    private readonly List<string> _fired = [];

    public void Dispose() => _scheduler.Dispose();

    private IAdvancedScheduler Timers => ((IScheduler)_scheduler).Advanced;

    [Fact]
    public void Clock_starts_at_a_fixed_date_and_stands_still_until_an_entry_fires()
    {
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), ((IScheduler)_scheduler).Now);
        Assert.Equal(TimeSpan.Zero, _scheduler.MonotonicClock);

        Timers.ScheduleOnce(TimeSpan.FromHours(3), () => Note("timer"));
        Assert.Equal(TimeSpan.Zero, _scheduler.MonotonicClock);
        Assert.True(_scheduler.Step());

        Assert.Equal(new DateTimeOffset(2026, 1, 1, 3, 0, 0, TimeSpan.Zero), ((IScheduler)_scheduler).Now);
        Assert.Equal(TimeSpan.FromHours(3), _scheduler.MonotonicClock);
        Assert.Equal(TimeSpan.FromHours(3), _scheduler.HighResMonotonicClock);
        Assert.Equal(["timer"], _fired);
        Assert.False(_scheduler.Step());
    }

    [Fact]
    public void Entries_fire_in_order_of_due_tick_and_those_of_one_tick_in_order_of_scheduling()
    {
        Timers.ScheduleOnce(new TimeSpan(2), () => Note("2a"));
        Timers.ScheduleOnce(new TimeSpan(1), () => Note("1a"));
        Timers.ScheduleOnce(new TimeSpan(2), new ActionRunnable(() => Note("2b")));
        Timers.ScheduleOnce(new TimeSpan(0), () => Note("0"));
        Timers.ScheduleOnce(new TimeSpan(1), () => Note("1b"));
        StepAll();
        Assert.Equal(["0", "1a", "1b", "2a", "2b"], _fired);
    }

    [Fact]
    public void Any_order_of_scheduling_fires_as_a_stable_sort_by_due_tick() => Gen.Int[0, 50].Array[0, 3000].Sample(dueTicks =>
    {
        var scheduler = new SimScheduler(Config.Empty, NoLogger.Instance);
        var fired = new List<int>();
        for (var i = 0; i < dueTicks.Length; i++)
        {
            var number = i;
            ((IScheduler)scheduler).Advanced.ScheduleOnce(new TimeSpan(dueTicks[i]), () => fired.Add(number));
        }

        while (scheduler.Step())
        {
        }

        Assert.Equal(Enumerable.Range(0, dueTicks.Length).OrderBy(i => dueTicks[i]), fired);
    }, iter: 50);

    [Fact]
    public void Step_fires_one_entry_even_when_more_are_due()
    {
        Timers.ScheduleOnce(TimeSpan.Zero, () => Note("a"));
        Timers.ScheduleOnce(TimeSpan.Zero, () => Note("b"));
        Assert.True(_scheduler.Step());
        Assert.Equal(["a"], _fired);
        Assert.Equal(TimeSpan.Zero, _scheduler.NextDue);
    }

    [Fact]
    public void Repeated_entry_fires_at_exact_multiples_of_its_interval()
    {
        var at = new List<long>();
        Timers.ScheduleRepeatedly(new TimeSpan(7), new TimeSpan(3), () => at.Add(_scheduler.MonotonicClock.Ticks));
        for (var i = 0; i < 5; i++)
            _scheduler.Step();
        Assert.Equal([7, 10, 13, 16, 19], at);
        Assert.Equal(1, _scheduler.Count);
    }

    [Fact]
    public void Repeated_entry_that_cancels_itself_does_not_fire_again()
    {
        var cancelable = new Cancelable(Timers);
        Timers.ScheduleRepeatedly(TimeSpan.Zero, new TimeSpan(1), () =>
        {
            Note("x");
            if (_fired.Count == 3)
                cancelable.Cancel();
        }, cancelable);
        StepAll();
        Assert.Equal(3, _fired.Count);
        Assert.Equal(0, _scheduler.Count);
    }

    [Fact]
    public void Cancelled_entry_neither_fires_nor_moves_the_clock_nor_counts_as_next()
    {
        var cancelable = new Cancelable(Timers);
        Timers.ScheduleOnce(TimeSpan.FromSeconds(1), () => Note("cancelled"), cancelable);
        Timers.ScheduleOnce(TimeSpan.FromSeconds(2), () => Note("kept"));
        cancelable.Cancel();
        Assert.Equal(TimeSpan.FromSeconds(2), _scheduler.NextDue);
        StepAll();
        Assert.Equal(["kept"], _fired);
        Assert.Equal(1, _scheduler.CancelledDropped);
        Assert.Equal(1, _scheduler.TimersFired);
    }

    [Fact]
    public void A_million_timeouts_that_are_cancelled_at_once_leave_next_to_nothing()
    {
        var live = new Cancelable(Timers);
        Timers.ScheduleOnce(TimeSpan.FromDays(1), () => Note("live"), live);
        var countMax = 0;
        for (var i = 0; i < 1_000_000; i++)
        {
            var cancelable = new Cancelable(Timers);
            Timers.ScheduleOnce(TimeSpan.FromHours(1), () => Note("cancelled"), cancelable);
            cancelable.Cancel();
            countMax = Math.Max(countMax, _scheduler.Count);
        }

        Assert.InRange(countMax, 1, 2048);
        StepAll();
        Assert.Equal(["live"], _fired);
        Assert.Equal(0, _scheduler.Count);
        Assert.Equal(1_000_000, _scheduler.CancelledDropped);
    }

    [Fact]
    public void Action_that_throws_is_counted_and_not_repeated_and_the_others_go_on()
    {
        Timers.ScheduleRepeatedly(TimeSpan.Zero, new TimeSpan(1), () => throw new InvalidOperationException("mine"));
        Timers.ScheduleOnce(new TimeSpan(5), () => Note("other"));
        StepAll();
        Assert.Equal(1, _scheduler.ActionsFailed);
        Assert.Equal(["other"], _fired);
    }

    [Fact]
    public void Delay_beyond_the_end_of_time_is_the_end_of_time()
    {
        Timers.ScheduleOnce(new TimeSpan(10), () => Note("first"));
        _scheduler.Step();
        Timers.ScheduleOnce(TimeSpan.MaxValue, () => Note("never"));
        Assert.Equal(TimeSpan.MaxValue, _scheduler.NextDue);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    public void Negative_delays_and_intervals_that_are_not_positive_are_refused(long delayTicks, long intervalTicks)
    {
        var runnable = new ActionRunnable(() => Note("x"));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Timers.ScheduleRepeatedly(new TimeSpan(delayTicks), new TimeSpan(intervalTicks), () => Note("x")));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _scheduler.ScheduleRepeatedly(new TimeSpan(delayTicks), new TimeSpan(intervalTicks), runnable));
        Assert.Equal(0, _scheduler.Count);
    }

    [Fact]
    public void What_another_thread_schedules_is_taken_over_by_the_next_step()
    {
        var thread = new Thread(() => Timers.ScheduleOnce(TimeSpan.Zero, () => Note("foreign")));
        thread.Start();
        thread.Join();
        Assert.True(_scheduler.Step());
        Assert.Equal(["foreign"], _fired);
        Assert.Equal(0, _scheduler.ForeignEntries);
    }

    [Fact]
    public void What_another_thread_schedules_during_a_step_is_counted()
    {
        Timers.ScheduleOnce(TimeSpan.Zero, () =>
        {
            var thread = new Thread(() => Timers.ScheduleOnce(TimeSpan.Zero, () => Note("foreign")));
            thread.Start();
            thread.Join();
        });
        StepAll();
        Assert.Equal(["foreign"], _fired);
        Assert.Equal(1, _scheduler.ForeignEntries);
    }

    [Fact]
    public void After_the_end_nothing_can_be_scheduled()
    {
        Timers.ScheduleOnce(TimeSpan.Zero, () => Note("x"));
        _scheduler.Dispose();
        Assert.False(_scheduler.Step());
        Assert.Throws<SchedulerException>(() => Timers.ScheduleOnce(TimeSpan.Zero, () => Note("y")));
        Assert.Empty(_fired);
    }

    [Fact]
    public void Timers_of_the_clock_fire_at_their_times_and_not_after_they_are_disposed()
    {
        var at = new List<TimeSpan>();
        using var once = _scheduler.Clock.CreateTimer(
            _ => at.Add(_scheduler.Clock.Elapsed), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        var repeated = _scheduler.Clock.CreateTimer(
            _ => at.Add(_scheduler.Clock.Elapsed), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        for (var i = 0; i < 4; i++)
            _scheduler.Step();
        repeated.Dispose();
        Assert.False(_scheduler.Step());
        Assert.Equal([2, 4, 5, 6], at.Select(time => time.TotalSeconds));
        Assert.Equal(SimClock.Start.AddSeconds(6), _scheduler.Clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(6), _scheduler.Clock.GetElapsedTime(0));
    }

    private void Note(string what) => _fired.Add(what);

    private void StepAll()
    {
        while (_scheduler.Step())
        {
        }
    }
}
