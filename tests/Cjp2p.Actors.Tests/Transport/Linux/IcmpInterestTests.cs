using Cjp2p.Actors.Transport.Linux;

namespace Cjp2p.Actors.Tests.Transport.Linux;

public sealed class IcmpInterestTests
{
    private readonly IcmpInterest _interest = new();

    [Fact]
    public void Few_errors_among_many_datagrams_are_heard_of_for_ever()
    {
        for (var round = 0; round < 100; round++)
        {
            for (var i = 0; i < IcmpInterest.ErrorsMax; i++)
                Assert.False(_interest.OnError());
            Assert.False(_interest.OnDatagrams(IcmpInterest.DatagramsWatched));
        }
    }

    [Fact]
    public void One_error_too_many_ends_the_interest_once()
    {
        for (var i = 0; i < IcmpInterest.ErrorsMax; i++)
            Assert.False(_interest.OnError());
        Assert.True(_interest.OnError());
        // Those that were on their way.
        for (var i = 0; i < 1000; i++)
            Assert.False(_interest.OnError());
    }

    [Fact]
    public void Interest_comes_back_after_its_time_and_ends_again_when_nothing_has_changed()
    {
        for (var i = 0; i < 5; i++)
        {
            for (var error = 0; error < IcmpInterest.ErrorsMax; error++)
                Assert.False(_interest.OnError());
            Assert.True(_interest.OnError());
            Assert.False(_interest.OnDatagrams(IcmpInterest.DatagramsOff - 1));
            Assert.True(_interest.OnDatagrams(1));
        }
    }
}
