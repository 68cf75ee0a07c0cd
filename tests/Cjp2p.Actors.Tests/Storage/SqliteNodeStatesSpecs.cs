using System.Diagnostics.CodeAnalysis;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;
using Microsoft.Data.Sqlite;

namespace Cjp2p.Actors.Tests.Storage;

/// <summary>The database of a node: real files.</summary>
public sealed class SqliteNodeStatesSpecs : NodeStateSpecs, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cjp2p-state-").FullName;

    protected override INodeStateFactory States { get; } = new SqliteNodeStates();

    protected override string Folder => Path.Combine(_root, "data");

    private string Database => Path.Combine(Folder, SqliteNodeStates.FileName);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    [SuppressMessage("Interoperability", "CA1416", Justification = "Windows has no such modes, and returns before.")]
    public void Files_can_be_read_by_their_owner_alone_also_when_they_could_be_by_others_before()
    {
        if (OperatingSystem.IsWindows())
            return;
        Write();
        File.SetUnixFileMode(Database, (UnixFileMode)0b110_100_100);
        using var state = States.Open(Folder, Secret, Now);
        state.Write([new StateChange.SettingChanged("a", "1")]);
        var files = Directory.EnumerateFiles(Folder, "node.db*").ToArray();
        Assert.True(files.Length >= 2, string.Join(' ', files));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("empty text")]
    [InlineData("cut")]
    [InlineData("spoilt")]
    [InlineData("foreign")]
    [InlineData("later")]
    public void File_that_cannot_be_used_is_set_aside_with_one_line_and_a_new_one_begun(string kind)
    {
        Write([.. Enumerable.Range(1, 200).Select(i => new StateChange.SettingChanged($"key{i}", new string('x', 500)))]);
        var bytes = File.ReadAllBytes(Database);
        switch (kind)
        {
            case "garbage":
                File.WriteAllBytes(Database, ScriptedSource.ContentOf(100_000));
                break;
            case "empty text":
                File.WriteAllText(Database, "not a database");
                break;
            case "cut":
                File.WriteAllBytes(Database, bytes[..(bytes.Length / 2 / 4096 * 4096)]);
                break;
            case "spoilt":
                Array.Fill(bytes, (byte)0xaa, 4096, bytes.Length - 4096);
                File.WriteAllBytes(Database, bytes);
                break;
            case "foreign":
                Execute("PRAGMA application_id = 77");
                break;
            case "later":
                Execute("PRAGMA user_version = 1000");
                break;
        }

        var before = File.ReadAllBytes(Database);
        using (var state = States.Open(Folder, Secret, Now))
        {
            Assert.Contains("set aside as node.db.aside-20260701-120000", state.Notice, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', state.Notice!);
            Assert.Empty(state.Load(Now, Limits).Settings);
        }

        Assert.Equal(before, File.ReadAllBytes(Database + ".aside-20260701-120000"));
        New_state_holds_its_secret_and_nothing_else();
    }

    [Fact]
    public void Only_a_few_files_are_set_aside()
    {
        for (var i = 0; i < 9; i++)
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(Database, $"not a database, {i}");
            using var state = States.Open(Folder, Secret, Now.AddSeconds(i));
        }

        var aside = Directory.EnumerateFiles(Folder, "*.aside-*").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(5, aside.Length);
        Assert.Equal("not a database, 8", File.ReadAllText(aside[^1]));
    }

    [Fact]
    public void Every_earlier_version_is_brought_up_to_date_with_all_it_holds()
    {
        for (var version = 1; version < StateSchema.Version; version++)
        {
            Directory.CreateDirectory(Folder);
            File.Delete(Database);
            Execute(
                string.Join('\n', StateSchema.Steps.Take(version))
                + $"PRAGMA application_id = {StateSchema.ApplicationId}; PRAGMA user_version = {version};"
                + "INSERT INTO setting (key, value) VALUES ('a', '1');"
                + "INSERT INTO download (sha256, target, sources) VALUES (zeroblob(32), '/t', '127.0.0.1:1');");
            var state = Load();
            Assert.Equal("1", state.Settings["a"]);
            var download = Assert.Single(state.Downloads);
            Assert.Equal(("/t", DateTimeOffset.UnixEpoch), (download.TargetPath, download.StartedAt));
        }
    }

    // As an hour of an attack does it: peers prove themselves, and leave.
    [Fact]
    public void Peers_that_come_and_go_leave_no_rows_and_what_they_took_is_used_again()
    {
        const int PeersMax = 100;
        var table = new PeerTable(NodeSettings.Default.Peers with { PeersMax = PeersMax });
        var keeper = new PeerKeeper([], triesMax: 7);
        var random = new Random(3);
        using var state = States.Open(Folder, Secret, Now);
        var (pages, came) = (new List<long>(), 0);
        for (var round = 1; round <= 100; round++)
        {
            for (var i = 0; i < (round == 1 ? PeersMax : 40); i++)
                table.AddVerified(PeerAddress.FromIPv4((uint)random.Next() | 1u << 31, 9), TimeSpan.FromMinutes(round), random);
            came += round == 1 ? PeersMax : 40;
            state.Write(keeper.Changes(table.Peers, TimeSpan.FromMinutes(round), Now.AddMinutes(round)));
            pages.Add(Ask("PRAGMA page_count"));
            // At the limit from the first round on, and never one over it.
            Assert.Equal(PeersMax, Ask("SELECT COUNT(*) FROM peer"));
        }

        Assert.Equal(4_060, came);
        Assert.InRange(pages.Max(), 1, pages.Take(20).Max() + 2);
        foreach (var peer in table.Peers.ToArray())
            table.Remove(peer.Address, TimeSpan.Zero, "gone");
        state.Write(keeper.Changes(table.Peers, TimeSpan.FromDays(1), Now.AddDays(1)));
        Assert.Equal(0, Ask("SELECT COUNT(*) FROM peer"));

        long Ask(string sql)
        {
            using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (long)command.ExecuteScalar()!;
        }
    }

    [Fact]
    public void Folder_that_cannot_be_written_is_an_error_of_the_disk()
    {
        File.WriteAllText(Folder, "a file where the folder should be");
        Assert.Throws<IOException>(() => States.Open(Folder, Secret, Now));
    }

    [Fact]
    public void Changes_of_a_write_are_there_all_or_none()
    {
        using var state = States.Open(Folder, Secret, Now);
        state.Write([new StateChange.SettingChanged("a", "1")]);
        Assert.Throws<IOException>(() => state.Write([new StateChange.SettingChanged("a", "2"), new StateChange.SettingChanged(null!, "3")]));
        Assert.Equal([KeyValuePair.Create("a", "1")], state.Load(Now, Limits).Settings);
    }

    [Fact]
    [SuppressMessage("Interoperability", "CA1416", Justification = "Windows has no such modes, and they are not looked at there.")]
    public void Backup_is_made_while_a_node_runs_and_restored_in_one_step()
    {
        var backup = Path.Combine(_root, "backup");
        using (var state = States.Open(Folder, Secret, Now))
        {
            state.Write([new StateChange.SettingChanged("a", "1")]);
            SqliteNodeState.Backup(Folder, backup);
            state.Write([new StateChange.SettingChanged("a", "2")]);
            Assert.Throws<NodeStateInUseException>(() => SqliteNodeState.Restore(backup, Folder, Now));
        }

        Assert.Equal("node.db.aside-20260701-120000", SqliteNodeState.Restore(backup, Folder, Now));
        Assert.Equal("1", Load().Settings["a"]);
        Assert.Null(SqliteNodeState.Restore(backup, Path.Combine(_root, "other"), Now));
        Assert.True(File.Exists(Path.Combine(_root, "other", "node.db")));
        Assert.Equal(["node.db", "node.lock"], Directory.EnumerateFiles(Path.Combine(_root, "other")).Select(Path.GetFileName).Order());
        // The secret is in each of them.
        if (!OperatingSystem.IsWindows())
        {
            Assert.All(
                [backup, Database, Database + ".aside-20260701-120000", Path.Combine(_root, "other", "node.db")],
                file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        }
    }

    [Fact]
    public void What_is_no_state_is_not_restored_and_nothing_is_overwritten()
    {
        Write(new StateChange.SettingChanged("a", "1"));
        var foreign = Path.Combine(_root, "foreign");
        File.WriteAllText(foreign, "no database");
        Assert.StartsWith(foreign, Assert.Throws<IOException>(() => SqliteNodeState.Restore(foreign, Folder, Now)).Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => SqliteNodeState.Restore(Path.Combine(_root, "nothing"), Folder, Now));
        Assert.Throws<IOException>(() => SqliteNodeState.Backup(Folder, foreign));
        Assert.Throws<IOException>(() => SqliteNodeState.Backup(Path.Combine(_root, "empty"), Path.Combine(_root, "b")));
        Assert.Equal("1", Load().Settings["a"]);
        Assert.Equal("no database", File.ReadAllText(foreign));
        Assert.False(File.Exists(Path.Combine(_root, "b")));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
