using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>
/// What holds for any bytes. The helper <see cref="Wire"/> reads each datagram both ways and compares, so that every
/// property here is also one about the short cut of the reader.
/// </summary>
public sealed class DatagramReaderPropertyTests
{
    private const int Samples = 20_000;

    [Fact]
    public void Noise_is_refused_or_read_and_agrees_with_dotnet_s_json() => AssertAgrees(Datagrams.Noise, arraysMin: 0);

    [Fact]
    public void Tokens_in_any_order_agree_with_dotnet_s_json() => AssertAgrees(Datagrams.TokenSoup, arraysMin: 100);

    [Fact]
    public void Shaped_datagrams_agree_with_dotnet_s_json() => AssertAgrees(Datagrams.Shaped, arraysMin: 5_000);

    [Fact]
    public void Spoilt_datagrams_agree_with_dotnet_s_json() => AssertAgrees(Datagrams.Spoilt(Datagrams.Shaped), arraysMin: 100);

    [Fact]
    public void Datagrams_of_transfers_agree_with_dotnet_s_json_and_many_are_fast() =>
        AssertAgrees(Datagrams.Transfer, arraysMin: 5_000, fastMin: 1_000);

    [Fact]
    public void Spoilt_datagrams_of_transfers_agree_with_dotnet_s_json_and_some_are_fast() =>
        AssertAgrees(Datagrams.Spoilt(Datagrams.Transfer), arraysMin: 100, fastMin: 10);

    [Fact]
    public void Spoilt_captured_datagrams_agree_with_dotnet_s_json()
    {
        byte[][] captured = [.. Captures.All.Select(c => c.Datagram).Where(d => d.Length is > 0 and < 2000)];
        Assert.True(captured.Length > 1000);
        AssertAgrees(Datagrams.Spoilt(Gen.OneOf(captured)), arraysMin: 100, fastMin: 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    public void Depth_is_counted_as_dotnet_s_json_counts_it(int depthMax)
    {
        var limits = new WireLimits(DepthMax: depthMax);
        Gen.OneOf("[", "{\"a\":", "]", "}", ",", "1").Array[0, 2 * depthMax].Select(t => Wire.Bytes("[" + string.Concat(t)))
            .Sample(
                datagram =>
                {
                    DatagramFault fault = Wire.Read(datagram, limits).Result.Fault;
                    Assert.Equal(ReferenceReader.ShapeOf(datagram, depthMax) == ReferenceReader.Shape.Array, fault == DatagramFault.None);
                },
                iter: Samples,
                print: Datagrams.Print);
    }

    [Fact]
    public void A_reader_gives_the_same_answer_whatever_it_read_before()
    {
        Gen.Select(Datagrams.Spoilt(Datagrams.Shaped), Gen.OneOf(Datagrams.Transfer, Datagrams.Shaped)).Sample((before, datagram) =>
        {
            var used = new DatagramReader(Wire.Limits);
            used.Read(before);
            DatagramResult result = used.Read(datagram);
            var messages = new List<WireMessage>();
            foreach (ref readonly WireElement element in used.Elements)
                messages.Add(WireDecode.ToMessage(datagram, element, Wire.Limits));
            (DatagramResult freshResult, List<WireMessage> freshMessages) = Wire.Read(datagram);
            Assert.Equal(freshResult, result);
            Assert.Equal(freshMessages, messages);
        });
    }

    private static void AssertAgrees(Gen<byte[]> datagrams, int arraysMin, int fastMin = 0)
    {
        (int arrays, int fast) = (0, 0);
        datagrams.Sample(
            datagram =>
            {
                (bool isArray, bool isFast) = ReaderOracle.Check(datagram);
                if (isArray)
                    Interlocked.Increment(ref arrays);
                if (isFast)
                    Interlocked.Increment(ref fast);
            },
            iter: Samples,
            print: Datagrams.Print);
        Assert.True(arrays >= arraysMin, $"only {arrays} arrays");
        Assert.True(fast >= fastMin, $"only {fast} fast");
    }
}
