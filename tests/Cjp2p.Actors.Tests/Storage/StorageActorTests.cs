using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;
using Microsoft.Data.Sqlite;

namespace Cjp2p.Actors.Tests.Storage;

public sealed class StorageActorTests : NodeSpec
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cjp2p-storage-");
    private readonly TestProbe _user;
    private IActorRef _storage = ActorRefs.Nobody;
    private string _fault = "";

    public StorageActorTests()
    {
        _user = CreateTestProbe();
        States.BeforeWrite = _ =>
        {
            if (_fault.Length > 0)
                throw new IOException(_fault);
        };
    }

    [Fact]
    public void Changes_are_written_together_a_moment_later()
    {
        Start();
        Keep("a", "b", "c");
        AdvanceSeconds(0.9);
        Assert.Equal(0, States.Writes);
        AdvanceSeconds(0.2);
        Assert.Equal(1, States.Writes);
        AdvanceSeconds(100);
        Assert.Equal((0, 3L, 1L), (Status().Waiting, Status().Written, Status().Batches));
    }

    [Fact]
    public void Many_changes_are_written_at_once()
    {
        Start("batch-max = 3");
        Keep("a", "b", "c", "d");
        Assert.Equal(1, States.Writes);
        Assert.Equal(1, Status().Waiting);
    }

    [Fact]
    public void What_waits_is_written_at_the_stop()
    {
        Start();
        Keep("a");
        Stop();
        Start(name: "again");
        Assert.Equal(["a"], Loaded().Settings.Keys);
    }

    [Fact]
    public void Disk_that_fails_costs_one_warning_and_everything_is_written_when_it_works_again()
    {
        Start();
        _fault = "No space left on device";
        Keep("a");
        AdvanceSeconds(100);
        Assert.Contains("No space left", Status().Trouble, StringComparison.Ordinal);
        Keep("b");
        AdvanceSeconds(100);
        Assert.Contains("No space left", Assert.Single(Warnings), StringComparison.Ordinal);
        _fault = "";
        AdvanceSeconds(11);
        Assert.Equal((0, 2L, ""), (Status().Waiting, Status().Written, Status().Trouble));
    }

    [Fact]
    public void While_the_disk_fails_no_more_than_the_limit_waits()
    {
        Start("waiting-max = 2, batch-max = 1");
        _fault = "gone";
        Keep("a", "b", "c", "a");
        Assert.Equal((2, 1L), (Status().Waiting, Status().Dropped));
    }

    [Fact]
    public void Folder_in_use_is_told_with_a_reason()
    {
        States.Open("/data", [.. new byte[16]], DateTimeOffset.UnixEpoch);
        Make("");
        _storage.Tell(StorageProtocol.Open.Instance, _user.Ref);
        Settle();
        Assert.Contains("/data is used by another node", Only<StorageProtocol.InUse>(_user).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Flush_is_answered_when_all_is_written()
    {
        Start();
        Keep("a");
        _storage.Tell(StorageProtocol.Flush.Instance, _user.Ref);
        Settle();
        Only<StorageProtocol.Flushed>(_user);
        Assert.Equal(1, States.Writes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Database_that_is_removed_while_the_node_runs_is_noticed_once_and_is_there_again_with_all_that_it_held(bool isWholeFolder)
    {
        var folder = Path.Combine(_folder.FullName, "data");
        _storage = Top(
            StorageActor.Props(Services($"cjp2p.content.data = \"{folder}\""), new SqliteNodeStates()), "sqlite");
        _storage.Tell(StorageProtocol.Open.Instance, _user.Ref);
        Settle();
        Only<StorageProtocol.Loaded>(_user);
        Keep("a", "b");
        AdvanceSeconds(2);
        foreach (var file in Directory.EnumerateFiles(folder).ToArray())
            File.Delete(file);
        if (isWholeFolder)
            Directory.Delete(folder);
        AdvanceSeconds(11);
        Assert.Equal(
            $"What the node knows was removed from {folder} while it runs: it is written again, with all that it held", Assert.Single(Warnings));
        Keep("c");
        AdvanceSeconds(30);
        Assert.Equal(["a", "b", "c"], Keys());
        Assert.Single(Warnings);
        // At the stop it is looked for, too.
        File.Delete(Path.Combine(folder, SqliteNodeStates.FileName));
        Stop();
        Assert.Equal(["a", "b", "c"], Keys());
        Assert.Equal([SqliteNodeStates.FileName], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Where(name => name != "node.lock"));

        string[] Keys()
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, SqliteNodeStates.FileName)};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT group_concat(key, ' ') FROM setting ORDER BY key";
            return ((string)command.ExecuteScalar()!).Split(' ');
        }
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Delete(recursive: true);
    }

    private void Make(string hocon, string name = "storage") => _storage = Top(
        StorageActor.Props(Services($"cjp2p {{ content.data = \"/data\", storage {{ {hocon} }} }}"), States),
        name);

    private void Start(string hocon = "", string name = "storage")
    {
        Make(hocon, name);
        _storage.Tell(StorageProtocol.Open.Instance, _user.Ref);
        Settle();
        _loaded = Only<StorageProtocol.Loaded>(_user).State;
    }

    private StoredState? _loaded;

    private StoredState Loaded() => _loaded!;

    private void Stop()
    {
        _user.Watch(_storage);
        Sys.Stop(_storage);
        UntilTerminated(_user);
    }

    private void Keep(params string[] keys)
    {
        foreach (var key in keys)
            _storage.Tell(new StorageProtocol.Keep(new StateChange.SettingChanged(key, "1")));
        Settle();
    }

    private StorageProtocol.StorageStatus Status()
    {
        _storage.Tell(StorageProtocol.GetStatus.Instance, _user.Ref);
        Settle();
        return Only<StorageProtocol.StorageStatus>(_user);
    }
}
