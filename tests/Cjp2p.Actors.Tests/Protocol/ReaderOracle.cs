using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>
/// What must hold of any bytes: the reader, its short cut and .NET's JSON say the same, and what was read can be written and
/// read again.
/// </summary>
internal static class ReaderOracle
{
    /// <summary>Fails when it does not hold.</summary>
    /// <returns>Whether the datagram is a JSON array, and whether it was read by the short cut.</returns>
    public static (bool IsArray, bool IsFast) Check(byte[] datagram)
    {
        (DatagramResult result, List<WireMessage> messages) = Wire.Read(datagram);
        if (datagram.Length == 0)
        {
            Assert.Equal(DatagramFault.Empty, result.Fault);
            return default;
        }

        switch (ReferenceReader.ShapeOf(datagram, Wire.Limits.DepthMax))
        {
            case ReferenceReader.Shape.Array:
                (List<WireMessage> expected, int skipped) = ReferenceReader.Read(datagram);
                Assert.Equal(DatagramFault.None, result.Fault);
                Assert.Equal(expected, messages);
                Assert.Equal(skipped, result.Skipped);
                foreach (WireMessage message in messages)
                    CheckRoundTrip(message);
                return (true, result.Fast);
            case ReferenceReader.Shape.NotAnArray:
                Assert.Equal(DatagramFault.NotAnArray, result.Fault);
                break;
            default:
                Assert.True(
                    result.Fault is DatagramFault.NotJson or DatagramFault.NotUtf8 or DatagramFault.TooDeep, result.ToString());
                break;
        }

        return default;
    }

    private static void CheckRoundTrip(WireMessage message)
    {
        // What was cut is no message any more; no addresses are not worth a message.
        if (message is UnknownMessage { Truncated: true } or MaybeTheyHaveSome { Addresses.IsEmpty: true })
            return;
        byte[] buffer = new byte[Wire.Limits.DatagramBytesMax];
        var writer = new DatagramWriter(buffer);
        // Escapes and padding may make it longer than it was, by a little.
        if (!writer.TryWrite(message))
            return;
        byte[] written = buffer[..writer.Finish()];
        Assert.Equal(message, Assert.Single(Wire.Read(written).Messages));
    }
}
