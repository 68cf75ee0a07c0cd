using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Content;

public sealed class FlightBudgetTests
{
    [Fact]
    public void As_many_are_given_as_there_are()
    {
        var flight = new FlightBudget(10);
        Assert.Equal(7, flight.Take(7));
        Assert.Equal(3, flight.Take(7));
        Assert.Equal(0, flight.Take(1));
        Assert.Equal(10, flight.InFlight);
        flight.Release(4);
        Assert.Equal(4, flight.Take(9));
        Assert.Equal(0, flight.Take(-5));
    }

    // 992 datagrams with 4 KiB of content were measured to fit 4 MiB.
    [Theory]
    [InlineData(4 * 1024 * 1024, 640, 640)]
    [InlineData(4 * 1024 * 1024, 10_000, 661)]
    [InlineData(212_992, 640, 33)]
    [InlineData(1, 640, 8)]
    [InlineData(1, 4, 4)]
    [InlineData(int.MaxValue, 640, 640)]
    public void Budget_fits_the_receive_buffer(int bufferBytes, int most, int expected)
    {
        var flight = new FlightBudget(most);
        flight.FitReceiveBuffer(bufferBytes);
        Assert.Equal(expected, flight.Capacity);
        Assert.Equal(0, flight.InFlight);
        Assert.Equal(expected, flight.Take(int.MaxValue));
    }

    [Fact]
    public void Chunks_that_are_out_when_the_buffer_shrinks_come_back_before_others_go()
    {
        var flight = new FlightBudget(640);
        flight.Take(100);
        flight.FitReceiveBuffer(212_992);
        Assert.Equal(100, flight.InFlight);
        Assert.Equal(0, flight.Take(1));
        flight.Release(100);
        Assert.Equal(33, flight.Take(100));
        flight.FitReceiveBuffer(int.MaxValue);
        Assert.Equal((640, 33), (flight.Capacity, flight.InFlight));
    }
}
