#:project ../../src/Cjp2p.Actors/Cjp2p.Actors.csproj
#:property EnforceCodeStyleInBuild=false

// What a broken datagram costs: the measurement of 0006-own-json-cursor.md.
// dotnet run -c Release docs/adr/0006-own-json-cursor.cs
using System.Text.Json;
using Cjp2p.Actors.Protocol;

var whole = """[{"PleaseAlwaysReturnThisMessage":{"cookie":"0123456789abcdef"}},{"PleaseSendPeers":{}}]"""u8.ToArray();
var cut = whole[..^1];
var reader = new DatagramReader(new WireLimits());
Console.WriteLine($"{whole.Length} bytes");
for (var round = 1; round <= 3; round++)
{
    foreach (var (name, datagram) in new[] { ("whole", whole), ("cut", cut) })
    {
        Measure($"round {round}, {name}, Utf8JsonReader", () => Walk(datagram));
        Measure($"round {round}, {name}, DatagramReader", () => reader.ReadSlowly(datagram));
    }
}

static void Walk(byte[] datagram)
{
    try
    {
        var json = new Utf8JsonReader(datagram);
        while (json.Read())
        {
        }
    }
    catch (JsonException)
    {
    }
}

static void Measure(string what, Action read)
{
    const int Times = 500_000;
    var garbage = GC.GetAllocatedBytesForCurrentThread();
    var start = TimeProvider.System.GetTimestamp();
    for (var i = 0; i < Times; i++)
        read();
    var time = TimeProvider.System.GetElapsedTime(start);
    garbage = GC.GetAllocatedBytesForCurrentThread() - garbage;
    Console.WriteLine($"{what}: {time.TotalNanoseconds / Times:0} ns, {garbage / Times} bytes of garbage");
}
