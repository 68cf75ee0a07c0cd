using System.Collections.Immutable;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Storage;

/// <summary>What every place for a node's state has to do, in memory and in a database.</summary>
public abstract class NodeStateSpecs
{
    protected static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    protected static readonly StateLimits Limits = new(1000, 1000, 1000, 1000);
    protected static readonly ImmutableArray<byte> Secret = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    protected abstract INodeStateFactory States { get; }

    protected abstract string Folder { get; }

    [Fact]
    public void New_state_holds_its_secret_and_nothing_else()
    {
        var state = Load();
        Assert.Equal<byte>(Secret, state.Secret);
        Assert.Empty(state.Peers);
        Assert.Empty(state.Files);
        Assert.Empty(state.Downloads);
        Assert.Empty(state.Bans);
        Assert.Empty(state.Settings);
    }

    [Fact]
    public void Everything_that_was_written_is_there_the_next_time()
    {
        StoredPeer[] peers =
        [
            new(Datagram.At("[2001:db8::1]:7"), Now.AddDays(-3), Now.AddSeconds(-1), TimeSpan.FromMicroseconds(12_345)),
            new(Datagram.At("198.51.100.7:24254"), Now.AddDays(-2), Now.AddSeconds(-2), TimeSpan.Zero),
        ];
        var file = new SharedFile(Id(1), new FileStat("/s/an 'odd' \"name\"; --\n\u00e4\u6f22", 1L << 41, 638_000_000_000_000_000));
        var download = new StoredDownload(Id(2), "/got/b", [peers[0].Address, peers[1].Address], ByBlocks: true);
        var ban = new StoredBan(Datagram.At("203.0.113.9:1"), Now.AddHours(24), "gave wrong content");
        Write(
            new StateChange.PeerKept(peers[0]), new StateChange.PeerKept(peers[1]),
            new StateChange.FileIndexed(file), new StateChange.DownloadKept(download), new StateChange.Banned(ban),
            new StateChange.SettingChanged("cjp2p.limits.upload", "1MiB"));
        var state = Load(secret: [.. Secret.Reverse()]);
        Assert.Equal<byte>(Secret, state.Secret);
        Assert.Equal<StoredPeer>(peers, state.Peers);
        Assert.Equal<SharedFile>([file], state.Files);
        var loaded = Assert.Single(state.Downloads);
        Assert.Equal(download with { Sources = loaded.Sources }, loaded);
        Assert.Equal<PeerAddress>(download.Sources, loaded.Sources);
        Assert.Equal<StoredBan>([ban], state.Bans);
        Assert.Equal([KeyValuePair.Create("cjp2p.limits.upload", "1MiB")], state.Settings);
    }

    [Fact]
    public void What_was_forgotten_is_gone()
    {
        var peer = new StoredPeer(Datagram.At("198.51.100.7:24254"), Now, Now, TimeSpan.Zero);
        Write(
            new StateChange.PeerKept(peer),
            new StateChange.FileIndexed(new SharedFile(Id(1), new FileStat("/a", 1, 1))),
            new StateChange.DownloadKept(new StoredDownload(Id(2), "/b", [])),
            new StateChange.Banned(new StoredBan(peer.Address, Now.AddDays(1), "x")),
            new StateChange.SettingChanged("a", "1"));
        Write(
            new StateChange.PeerForgotten(peer.Address), new StateChange.FileForgotten("/a"), new StateChange.DownloadEnded(Id(2)),
            new StateChange.BanLifted(peer.Address), new StateChange.SettingChanged("a", null));
        New_state_holds_its_secret_and_nothing_else();
    }

    [Fact]
    public void Ban_that_has_ended_is_not_loaded_and_does_not_come_back()
    {
        var address = Datagram.At("203.0.113.9:1");
        Write(new StateChange.Banned(new StoredBan(address, Now.AddHours(1), "x")));
        Assert.Single(Load(Now.AddMinutes(59)).Bans);
        Assert.Empty(Load(Now.AddHours(1)).Bans);
        Assert.Empty(Load().Bans);
    }

    [Fact]
    public void Beyond_the_limits_the_best_are_loaded()
    {
        Write(
            [
                .. Enumerable.Range(1, 20).Select(i => new StateChange.PeerKept(
                    new StoredPeer(Datagram.At($"198.51.100.{i}:1"), Now, Now.AddMinutes(i), TimeSpan.Zero))),
                .. Enumerable.Range(10, 20).Select(i => new StateChange.FileIndexed(
                    new SharedFile(Id((byte)i), new FileStat($"/{i}", 1, 1)))),
                .. Enumerable.Range(1, 20).Select(i => new StateChange.Banned(
                    new StoredBan(Datagram.At($"198.51.100.{i}:1"), Now.AddMinutes(i), "x"))),
            ]);
        var state = Load(limits: new StateLimits(3, 4, 5, 2));
        Assert.Equal(["198.51.100.20:1", "198.51.100.19:1", "198.51.100.18:1"], state.Peers.Select(peer => peer.Address.ToString()));
        Assert.Equal(["/10", "/11", "/12", "/13"], state.Files.Select(file => file.File.Path));
        Assert.Equal(["198.51.100.19:1", "198.51.100.20:1"], state.Bans.Select(ban => ban.Address.ToString()).Order());
    }

    [Fact]
    public void Second_node_with_the_same_folder_is_refused_until_the_first_has_ended()
    {
        var first = States.Open(Folder, Secret, Now);
        var refused = Assert.Throws<NodeStateInUseException>(() => States.Open(Folder, Secret, Now));
        Assert.Contains(Folder, refused.Message, StringComparison.Ordinal);
        Assert.Contains("another node", refused.Message, StringComparison.Ordinal);
        first.Dispose();
        States.Open(Folder, Secret, Now).Dispose();
    }

    protected static ContentId Id(byte content) => ScriptedSource.IdOf([content]);

    protected void Write(params StateChange[] changes)
    {
        using var state = States.Open(Folder, Secret, Now);
        state.Write(changes);
    }

    protected StoredState Load(
        DateTimeOffset? now = null, StateLimits? limits = null, ImmutableArray<byte>? secret = null)
    {
        using var state = States.Open(Folder, secret ?? Secret, now ?? Now);
        Assert.Null(state.Notice);
        return state.Load(now ?? Now, limits ?? Limits);
    }
}

public sealed class MemoryNodeStatesSpecs : NodeStateSpecs
{
    protected override INodeStateFactory States { get; } = new MemoryNodeStates();

    protected override string Folder => "/data";
}
