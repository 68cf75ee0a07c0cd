using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Simulation.Invariants;

/// <summary>That invariants are looked at, and that each sees what it is there for.</summary>
public sealed class SimInvariantSpec
{
    [Fact]
    public void An_invariant_is_looked_at_again_and_again_and_violations_are_kept_up_to_a_limit()
    {
        using var world = new SimWorld(new SimWorldSettings { InvariantInterval = TimeSpan.FromSeconds(1) });
        var broken = new Broken();
        world.Invariants.Add(broken);
        var machine = world.AddMachine();
        for (var i = 1; i <= 100; i++)
            world.After(TimeSpan.FromMilliseconds(i * 500), () => { });
        world.RunFor(TimeSpan.FromSeconds(50));
        Assert.InRange(broken.Looks, 45, 55);
        Assert.Equal(20, world.Violations.Count);
        Assert.Equal("broken", world.Violations[0].Invariant);
        Assert.True(world.Violations[0].At < world.Violations[1].At);
        Assert.Equal("n0", machine.Name);
    }

    [Theory]
    [InlineData(1, 3, 4)] // next to nothing: once a minute
    [InlineData(100, 90, 101)] // one step for each machine a second: as often as two for each have happened
    [InlineData(1000, 180, 201)] // busy: every second
    public void A_large_world_is_looked_at_as_often_as_something_happens_and_once_a_minute(int stepsPerSecond, int least, int most)
    {
        using var world = new SimWorld(new SimWorldSettings { InvariantInterval = TimeSpan.FromSeconds(1) });
        var looks = new Broken();
        for (var i = 0; i < 100; i++)
            world.AddMachine();
        world.CheckInvariants();
        world.Invariants.Add(looks);
        for (var i = 0; i < 200 * stepsPerSecond; i++)
            world.After(TimeSpan.FromSeconds((double)i / stepsPerSecond), () => { });
        world.RunFor(TimeSpan.FromSeconds(200));
        Assert.InRange(looks.Looks, least, most);
    }

    [Fact]
    public void A_finished_file_with_the_wrong_content_is_seen_and_an_unfinished_one_is_not_looked_at()
    {
        using var world = new SimWorld();
        var files = new FinishedFiles();
        world.Invariants.Add(files);
        var disk = world.AddMachine().Disk;
        disk.CreateFolder("/got");
        disk.CreateFolder("/data");
        var content = world.NewContent(10_000);
        disk.WriteSmall($"/data/{content.Id}", [1, 2, 3]);
        disk.WriteSmall($"/got/{content.Id}", content.Bytes.Span);
        world.CheckInvariants();
        Assert.Empty(world.Violations);
        Assert.Equal(1, files.FilesFoundRight);
        disk.WriteSmall($"/got/{content.Id}", content.Bytes.Span[1..]);
        world.CheckInvariants();
        Assert.Equal("finished files", Assert.Single(world.Violations).Invariant);
    }

    [Theory]
    [InlineData("""[{"Peers":{"peers":["5.0.0.9:24254","5.0.0.10:24254","5.0.0.11:24254"]}}]""", "", 1)]
    [InlineData("""[{"Peers":{"peers":[]}}]""", "", 0)]
    [InlineData("""[{"PleaseSendPeers":{}},{"PleaseAlwaysReturnThisMessage":{"cookie":"00112233445566778899aabbccddeeff"}}]""", "", 0)]
    [InlineData(
        """[{"Peers":{"peers":["5.0.0.9:24254","5.0.0.10:24254","5.0.0.11:24254"]}}]""",
        """[{"AlwaysReturned":{"cookie":"0011223344556677"}}]""",
        0)]
    [InlineData(
        """[{"Peers":{"peers":["5.0.0.9:24254","5.0.0.10:24254","5.0.0.11:24254"]}}]""",
        """[{"AlwaysReturned":{"cookie":"0011223344556678"}}]""",
        1)]
    public void The_ledger_counts_replies_until_a_cookie_came_back(string reply, string proof, int violations)
    {
        using var world = new SimWorld();
        world.Invariants.Add(new ReplyLedger());
        var (stranger, node) = (world.AddMachine().Host, world.AddMachine().Host);
        node.IsNode = true;
        var transport = node.Transports.Open(PeerAddress.FromIPv4(0, 1000), new TransportSettings());
        transport.Start(new Deaf());
        var from = stranger.Address.WithPort(1000);
        Send(transport, from, """[{"PleaseSendPeers":{}},{"PleaseAlwaysReturnThisMessage":{"cookie":"0011223344556677"}}]""");
        stranger.SendAs(from, node.Address.WithPort(1000), "[]"u8);
        if (proof.Length > 0)
            stranger.SendAs(from, node.Address.WithPort(1000), System.Text.Encoding.UTF8.GetBytes(proof));
        world.RunFor(TimeSpan.FromSeconds(1));
        for (var i = 0; i < (proof.Length > 0 ? 3 : 1); i++)
            Send(transport, from, reply);
        Assert.Equal(violations, Math.Min(1, world.Violations.Count));
        transport.Dispose();
    }

    [Fact]
    public void A_fault_that_did_not_happen_is_missed_at_the_end()
    {
        using var world = new SimWorld();
        world.Invariants.Add(new FaultHappened(DropReason.Partition));
        world.Invariants.Add(new FaultHappened("nothing", _ => 1));
        world.End();
        Assert.Equal("Partition was asked for and never happened", Assert.Single(world.Violations).What);
    }

    [Fact]
    public void Buffers_that_were_not_given_back_are_seen_at_the_end()
    {
        using var world = new SimWorld();
        world.Invariants.AddStandard();
        world.AddNode();
        Assert.True(world.SpanBuffers.TryRent(out var buffer));
        world.RunFor(TimeSpan.FromSeconds(10));
        world.End();
        Assert.Equal("1 span buffers were not given back", Assert.Single(world.Violations).What);
        world.SpanBuffers.Return(buffer);
    }

    private static void Send(ITransport transport, in PeerAddress to, string text)
    {
        using var batch = transport.RentSendBatch();
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        bytes.CopyTo(batch.Reserve(bytes.Length));
        batch.Commit(to, bytes.Length);
    }

    private sealed class Broken : SimInvariant
    {
        public override string Name => "broken";

        internal int Looks { get; private set; }

        public override string? Check(SimWorld world)
        {
            Looks++;
            return "as always";
        }
    }

    private sealed class Deaf : IDatagramSink
    {
        public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
        {
        }

        public void OnBatchEnd()
        {
        }

        public void OnTransportFailed(string reason)
        {
        }
    }
}
