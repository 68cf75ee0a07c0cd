namespace Cjp2p.Actors.Transport;

/// <summary>Why the kernel took no datagram.</summary>
internal enum SendProblem
{
    /// <summary>None; it took at least one.</summary>
    None,

    /// <summary>The send buffer is full; there will be room in a moment.</summary>
    Full,

    /// <summary>No memory for this datagram, or the network card's queue is full.</summary>
    NoMemory,

    /// <summary>
    /// Perhaps an ICMP message about a datagram sent earlier, and this one was not looked at; or there is no way to this one.
    /// </summary>
    EarlierDatagram,

    /// <summary>This datagram will never be taken: no route, too long, not permitted, socket closed, ...</summary>
    Refused,
}

/// <summary>How a batch is handed to the kernel.</summary>
internal interface ISendCalls
{
    /// <summary>
    /// Hands over datagrams from number <paramref name="first"/> on, at most <paramref name="count"/>, without blocking
    /// for longer than a moment. Returns how many were taken; when it is none, why.
    /// </summary>
    int Send(int first, int count, out SendProblem problem);

    /// <summary>Waits a moment for room, the <paramref name="waits"/>th time (from 0); false when that was enough waiting.</summary>
    bool WaitForRoom(int waits);
}

/// <summary>
/// Sends all datagrams of a batch that can be sent and counts the others: one that the kernel refuses never holds back
/// the rest, and a full send buffer delays a batch by a bounded time only.
/// </summary>
internal static class SendLoop
{
    public static void Run<TCalls>(ref TCalls calls, ReadOnlySpan<int> datagramBytes, TransportCounters counters)
        where TCalls : struct, ISendCalls
    {
        int next = 0, waits = 0, retried = -1;
        long datagramsOut = 0, bytesOut = 0;
        while (next < datagramBytes.Length)
        {
            int sent = calls.Send(next, datagramBytes.Length - next, out SendProblem problem);
            if (sent > 0)
            {
                if (retried == next)
                {
                    // It was not this one's fault.
                    counters.AddIcmpError();
                }

                foreach (int bytes in datagramBytes.Slice(next, sent))
                {
                    bytesOut += bytes;
                }

                datagramsOut += sent;
                next += sent;
                continue;
            }

            switch (problem)
            {
                case SendProblem.Full:
                    if (!calls.WaitForRoom(waits++))
                    {
                        counters.AddSendDrops(datagramBytes.Length - next);
                        next = datagramBytes.Length;
                    }

                    break;

                case SendProblem.NoMemory:
                    counters.AddSendDrops(1);
                    next++;
                    break;

                case SendProblem.EarlierDatagram when retried != next:
                    // The kernel has handed over and forgotten that error; this datagram gets its own, one, attempt.
                    retried = next;
                    break;

                default:
                    counters.AddSendFailure();
                    next++;
                    break;
            }
        }

        if (datagramsOut > 0)
        {
            counters.AddOut(datagramsOut, bytesOut);
        }
    }
}
