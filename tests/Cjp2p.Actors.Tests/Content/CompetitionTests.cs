using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class CompetitionTests
{
    private static readonly TimeSpan Own = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(36);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(15);

    [Fact]
    public void Queue_that_stays_longer_than_ours_and_overflows_is_somebody_elses()
    {
        var competition = new Competition();
        Rounds(competition, 4, Long, lost: 1);
        Assert.False(competition.IsOn);
        Assert.True(competition.IsSuspected);
        Rounds(competition, 1, Long);
        Assert.True(competition.IsOn);
        Assert.Equal(100, competition.Size);
    }

    [Fact]
    public void Queue_that_does_not_overflow_may_be_a_longer_way()
    {
        var competition = new Competition();
        Rounds(competition, 100, Long);
        Assert.Equal((false, false), (competition.IsOn, competition.IsSuspected));
    }

    [Fact]
    public void Losses_in_a_short_queue_are_losses()
    {
        var competition = new Competition();
        Rounds(competition, 100, Own + Short, lost: 5);
        Rounds(competition, 4, Long);
        Rounds(competition, 100, Own, lost: 5);
        Assert.Equal((false, false), (competition.IsOn, competition.IsSuspected));
    }

    [Fact]
    public void Where_something_is_lost_in_most_rounds_it_is_chance_and_nobody_is_competed_with()
    {
        var competition = new Competition();
        competition.Measured(new QueueShare(0.5, 0.5), 100);
        for (var i = 0; i < 100; i++)
        {
            Rounds(competition, 1, Long);
            Rounds(competition, 1, Long, lost: 1);
        }

        Assert.Equal((false, false), (competition.IsOn, competition.IsSuspected));
        competition.Measured(new QueueShare(0.5, 0.5), 100);
        Assert.False(competition.IsOn);
    }

    [Theory]
    [InlineData(17, false)]
    [InlineData(18, true)]
    public void What_is_lost_by_chance_is_few_of_a_round_and_more_is_a_queue_that_overflows(int lost, bool isOn)
    {
        var competition = Competing();
        Rounds(competition, 100, Long, lost);
        Assert.Equal(isOn, competition.IsOn);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void One_chunk_of_few_is_chance_however_large_a_share_it_is(int lost, bool isOn)
    {
        var competition = Competing();
        for (var i = 0; i < 100; i++)
            competition.Round(4, 3, lost, Long, Long, Own);
        Assert.Equal(isOn, competition.IsOn);
    }

    [Fact]
    public void Window_grows_by_no_more_than_it_shrinks_unless_it_was_far_too_small_twice()
    {
        var competition = new Competition();
        competition.Measured(new QueueShare(0.5, 0.5), 100);
        competition.Measured(new QueueShare(0.5, 0.5), 100);
        competition.Measured(new QueueShare(0.1, 0.1), 100);
        Assert.Equal(100 / 0.7, competition.Size, 6);
        competition.Measured(new QueueShare(0.1, 0.1), 100);
        Assert.Equal(200, competition.Size, 6);
    }

    [Theory]
    [InlineData(0.59, true)]
    [InlineData(0.61, false)]
    public void Queue_of_which_too_little_is_ours_is_somebody_elses(double least, bool isOn)
    {
        var competition = new Competition();
        competition.Measured(new QueueShare(1, least), 50);
        Assert.Equal(isOn, competition.IsOn);
    }

    [Theory]
    [InlineData(0.4, 125)]
    [InlineData(0.5, 100)]
    [InlineData(0.625, 80)]
    [InlineData(0.01, 200)]
    [InlineData(-0.5, 200)]
    [InlineData(0.84, 70)]
    public void Window_goes_to_half_of_what_is_there_in_bounded_steps(double share, double size)
    {
        var competition = Competing();
        competition.Measured(new QueueShare(share, share), 100);
        Assert.Equal(size, competition.Size, 9);
    }

    [Fact]
    public void Window_shrinks_when_more_is_lost_than_is_chance()
    {
        var competition = Competing();
        Rounds(competition, 1, Long, lost: 20);
        competition.Measured(new QueueShare(0.25, 0.25), 100);
        Assert.Equal(85, competition.Size, 9);
        // What was lost before is past.
        competition.Measured(new QueueShare(0.25, 0.25), 100);
        Assert.Equal(200, competition.Size, 9);
    }

    [Theory]
    [InlineData(0.86, 0.61, false)]
    [InlineData(0.84, 0.8, true)]
    [InlineData(1.2, 0.59, true)]
    public void It_ends_when_both_edges_say_that_the_queue_is_ours(double mean, double least, bool isOn)
    {
        var competition = Competing();
        competition.Measured(new QueueShare(mean, least), 100);
        Assert.Equal(isOn, competition.IsOn);
    }

    [Fact]
    public void It_ends_when_the_queue_stays_short()
    {
        var competition = Competing();
        Rounds(competition, 15, Short);
        Rounds(competition, 1, Long);
        Rounds(competition, 15, Short);
        Assert.True(competition.IsOn);
        Rounds(competition, 1, Short);
        Assert.False(competition.IsOn);
    }

    [Fact]
    public void Window_never_changes_by_more_than_a_step_whatever_is_measured() =>
        Gen.Select(Gen.Double[-3, 3], Gen.Double[-3, 3], Gen.Double[1, 1000], Gen.Int[0, 100]).Sample((mean, least, size, lost) =>
        {
            var competition = Competing();
            Rounds(competition, 1, Long, lost);
            competition.Measured(new QueueShare(mean, least), size);
            if (competition.IsOn)
                Assert.InRange(competition.Size, size * 0.7 - 1e-9, size * 2 + 1e-9);
        });

    private static Competition Competing()
    {
        var competition = new Competition();
        competition.Measured(new QueueShare(0, 0), 100);
        Assert.True(competition.IsOn);
        return competition;
    }

    private static void Rounds(Competition competition, int count, TimeSpan queue, int lost = 0)
    {
        for (var i = 0; i < count; i++)
            competition.Round(100, 100, lost, queue, queue, Own);
    }
}
