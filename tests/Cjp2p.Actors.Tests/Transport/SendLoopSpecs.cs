using Cjp2p.Actors.Transport;
using Cjp2p.Actors.Transport.Linux;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>The answers of a kernel that no test can make it give on loopback: a full buffer, no memory, no route.</summary>
public sealed class SendLoopSpecs
{
    private static readonly int[] FiveDatagrams = [10, 20, 30, 40, 50];

    private readonly TransportCounters _counters = new();

    [Fact]
    public void Partial_sends_go_on_where_they_stopped()
    {
        var kernel = new ScriptedKernel(2, 1, 2);

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal([(0, 5), (2, 3), (3, 2)], kernel.Calls);
        Assert.Equal((5, 150), (_counters.DatagramsOut, _counters.BytesOut));
    }

    [Fact]
    public void Refused_datagram_is_counted_and_the_rest_is_sent()
    {
        var kernel = new ScriptedKernel(1, SendProblem.Refused, SendProblem.Refused, 2);

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal([(0, 5), (1, 4), (2, 3), (3, 2)], kernel.Calls);
        Assert.Equal((3, 100), (_counters.DatagramsOut, _counters.BytesOut));
        Assert.Equal(2, _counters.SendFailures);
    }

    [Fact]
    public void Error_of_an_earlier_datagram_costs_this_one_nothing()
    {
        var kernel = new ScriptedKernel(1, SendProblem.EarlierDatagram, 1, SendProblem.EarlierDatagram, 3);

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal([(0, 5), (1, 4), (1, 4), (2, 3), (2, 3)], kernel.Calls);
        Assert.Equal(5, _counters.DatagramsOut);
        Assert.Equal(2, _counters.IcmpErrors);
        Assert.Equal(0, _counters.SendFailures);
    }

    [Fact]
    public void Datagram_that_meets_an_error_twice_is_given_up()
    {
        var kernel = new ScriptedKernel(SendProblem.EarlierDatagram, SendProblem.EarlierDatagram, 4);

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal([(0, 5), (0, 5), (1, 4)], kernel.Calls);
        Assert.Equal(4, _counters.DatagramsOut);
        Assert.Equal(0, _counters.IcmpErrors);
        Assert.Equal(1, _counters.SendFailures);
    }

    [Fact]
    public void Full_buffer_is_waited_for()
    {
        var kernel = new ScriptedKernel(2, SendProblem.Full, SendProblem.Full, 3) { WaitsMax = 2 };

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal(2, kernel.Waits);
        Assert.Equal(5, _counters.DatagramsOut);
        Assert.Equal(0, _counters.SendDrops);
    }

    [Fact]
    public void Buffer_that_stays_full_drops_the_rest()
    {
        var kernel = new ScriptedKernel(2, SendProblem.Full, SendProblem.Full, SendProblem.Full) { WaitsMax = 2 };

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal(2, kernel.Waits);
        Assert.Equal(2, _counters.DatagramsOut);
        Assert.Equal(3, _counters.SendDrops);
    }

    [Fact]
    public void Waits_are_bounded_for_the_whole_batch()
    {
        var kernel = new ScriptedKernel(1, SendProblem.Full, 1, SendProblem.Full, 1, SendProblem.Full) { WaitsMax = 2 };

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal(3, _counters.DatagramsOut);
        Assert.Equal(2, _counters.SendDrops);
    }

    [Fact]
    public void Want_of_memory_drops_one_datagram()
    {
        var kernel = new ScriptedKernel(SendProblem.NoMemory, 4);

        kernel.Send(FiveDatagrams, _counters);

        Assert.Equal(1, _counters.SendDrops);
        Assert.Equal(4, _counters.DatagramsOut);
    }

    [Theory]
    [InlineData(11, nameof(SendProblem.Full))] // EAGAIN
    [InlineData(105, nameof(SendProblem.NoMemory))] // ENOBUFS
    [InlineData(12, nameof(SendProblem.NoMemory))] // ENOMEM
    [InlineData(111, nameof(SendProblem.EarlierDatagram))] // ECONNREFUSED
    [InlineData(1, nameof(SendProblem.Refused))] // EPERM
    [InlineData(9, nameof(SendProblem.Refused))] // EBADF
    [InlineData(13, nameof(SendProblem.EarlierDatagram))] // EACCES
    [InlineData(22, nameof(SendProblem.Refused))] // EINVAL
    [InlineData(90, nameof(SendProblem.Refused))] // EMSGSIZE
    [InlineData(100, nameof(SendProblem.Refused))] // ENETDOWN
    [InlineData(101, nameof(SendProblem.EarlierDatagram))] // ENETUNREACH
    [InlineData(113, nameof(SendProblem.EarlierDatagram))] // EHOSTUNREACH
    public void Error_numbers_of_Linux_are_told_apart(int errno, string problem)
    {
        Assert.Equal(problem, SocketErrors.OfSend(errno).ToString());
    }

    [Theory]
    [InlineData(111, true)] // ECONNREFUSED
    [InlineData(113, true)] // EHOSTUNREACH
    [InlineData(101, true)] // ENETUNREACH
    [InlineData(100, false)] // ENETDOWN
    [InlineData(9, false)] // EBADF
    [InlineData(12, false)] // ENOMEM
    public void Receiver_goes_on_after_errors_that_others_caused(int errno, bool goesOn)
    {
        Assert.Equal(goesOn, SocketErrors.IsFromIcmp(errno));
        Assert.False(SocketErrors.IsNothing(errno));
    }

    /// <summary>Answers with the next of its answers: a number of datagrams taken, or a problem.</summary>
    private sealed class ScriptedKernel(params object[] answers)
    {
        private readonly Queue<object> _answers = new(answers);

        public int WaitsMax { get; init; }

        public int Waits { get; private set; }

        public List<(int First, int Count)> Calls { get; } = [];

        public void Send(int[] datagramBytes, TransportCounters counters)
        {
            var calls = new Script(this);
            SendLoop.Run(ref calls, datagramBytes, counters);
            Assert.Empty(_answers);
        }

        private readonly struct Script(ScriptedKernel kernel) : ISendCalls
        {
            public int Send(int first, int count, out SendProblem problem)
            {
                kernel.Calls.Add((first, count));
                object answer = kernel._answers.Dequeue();
                problem = answer as SendProblem? ?? SendProblem.None;
                return answer as int? ?? 0;
            }

            public bool WaitForRoom(int waits)
            {
                Assert.Equal(kernel.Waits, waits);
                if (waits >= kernel.WaitsMax)
                {
                    return false;
                }

                kernel.Waits++;
                return true;
            }
        }
    }
}
