using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class IngressLimiterTests
{
    private static readonly IngressLimits Limits = new(
        SourcePerSecond: 10, SourceBurst: 5, StrangersPerSecond: 100, StrangersBurst: 20, SourcesMax: 8);

    private static readonly PeerAddress One = PeerAddress.FromIPv4(0x0a000001, 1);
    private static readonly PeerAddress Other = PeerAddress.FromIPv4(0x0a000002, 1);

    private readonly IngressLimiter _limiter = new(Limits, TimeSpan.Zero);

    [Fact]
    public void Source_is_admitted_fully_up_to_its_burst_and_not_one_more()
    {
        Assert.Equal(5, Charge(One, 100));
        Assert.Equal(Admission.ProvenOnly, _limiter.Admit(One, TimeSpan.Zero));
        Assert.Equal(Admission.Full, _limiter.Admit(Other, TimeSpan.Zero));
    }

    [Fact]
    public void Ports_of_one_address_share_its_account()
    {
        for (ushort port = 1; port <= 5; port++)
            _limiter.Charge(One.WithPort(port), TimeSpan.Zero);
        Assert.Equal(Admission.ProvenOnly, _limiter.Admit(One.WithPort(4000), TimeSpan.Zero));
    }

    [Fact]
    public void Accounts_are_forgotten_when_all_are_full_again()
    {
        Charge(One, 5);
        _limiter.Charge(Other, TimeSpan.FromMilliseconds(400));
        _limiter.Admit(One, TimeSpan.FromMilliseconds(900));
        Assert.Equal(2, _limiter.Sources);
        _limiter.Admit(One, TimeSpan.FromMilliseconds(901));
        Assert.Equal(0, _limiter.Sources);
        Assert.Equal(0, _limiter.Evictions);
        Assert.Equal(5, Charge(One, 100, TimeSpan.FromMilliseconds(901)));
    }

    [Fact]
    public void Source_is_admitted_again_as_time_goes_by()
    {
        Charge(One, 100);
        Assert.Equal(Admission.ProvenOnly, _limiter.Admit(One, TimeSpan.FromMilliseconds(99)));
        Assert.Equal(Admission.Full, _limiter.Admit(One, TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void What_is_not_charged_costs_nothing()
    {
        for (var i = 0; i < 1000; i++)
            Assert.Equal(Admission.Full, _limiter.Admit(One, TimeSpan.Zero));
    }

    [Fact]
    public void All_strangers_together_have_one_account_too()
    {
        for (var i = 0u; i < 20; i++)
        {
            var source = PeerAddress.FromIPv4(0x0b000000 + i, 1);
            Assert.Equal(Admission.Full, _limiter.Admit(source, TimeSpan.Zero));
            _limiter.Charge(source, TimeSpan.Zero);
        }

        Assert.Equal(Admission.ProvenOnly, _limiter.Admit(One, TimeSpan.Zero));
        Assert.Equal(Admission.Full, _limiter.Admit(One, TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public void Sources_remembered_are_bounded()
    {
        for (var i = 0u; i < 1000; i++)
        {
            _limiter.Charge(PeerAddress.FromIPv4(0x0b000000 + i, 1), TimeSpan.FromSeconds(i));
            Assert.InRange(_limiter.Sources, 1, 8);
        }
    }

    // Charges as long as it is admitted; returns how often.
    private int Charge(PeerAddress source, int most, TimeSpan now = default)
    {
        var charged = 0;
        while (charged < most && _limiter.Admit(source, now) == Admission.Full)
        {
            _limiter.Charge(source, now);
            charged++;
        }

        return charged;
    }
}
