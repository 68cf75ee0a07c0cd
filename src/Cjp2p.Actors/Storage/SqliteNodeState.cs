using System.Collections.Immutable;
using System.Globalization;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Microsoft.Data.Sqlite;

namespace Cjp2p.Actors.Storage;

/// <summary>
/// The state of one node in a SQLite file, readable by its owner alone: write-ahead log, so that a process that is killed
/// leaves it whole. A file that is damaged, or of somebody else, is set aside under another name, never overwritten.
/// </summary>
internal sealed class SqliteNodeState : INodeState
{
    private const int AsideMax = 5;
    private const string AsideMark = ".aside-";
    private static readonly string[] Companions = ["", "-wal", "-shm", "-journal"];

    private readonly SqliteFolderLock _lock;
    private readonly string _path;
    private SqliteConnection _connection;

    private SqliteNodeState(SqliteFolderLock folderLock, string path, SqliteConnection connection, string? notice)
    {
        _lock = folderLock;
        _path = path;
        _connection = connection;
        Notice = notice;
    }

    public string? Notice { get; }

    public static SqliteNodeState Open(string folder, ImmutableArray<byte> secret, DateTimeOffset now) => AsIO(() =>
    {
        Directory.CreateDirectory(folder);
        var folderLock = SqliteFolderLock.Take(folder);
        try
        {
            var path = Path.Combine(folder, SqliteNodeStates.FileName);
            var (connection, refusal) = TryOpen(path);
            string? notice = null;
            if (connection is null)
            {
                notice = $"What the node knew in {path} cannot be used ({refusal}): it is set aside as {SetAside(path, now)}, and the node begins anew";
                (connection, refusal) = TryOpen(path);
            }

            if (connection is null)
                throw new IOException(refusal);
            KeepSecret(connection, secret);
            return new SqliteNodeState(folderLock, path, connection, notice);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    });

    public StoredState Load(DateTimeOffset now, StateLimits limits) => AsIO(() =>
    {
        Run("DELETE FROM ban WHERE until_ms <= $now", ("$now", now.ToUnixTimeMilliseconds()));
        Trim("ban", "address", "until_ms DESC, address", limits.BansMax);
        Trim("peer", "address", "heard_ms DESC, address", limits.PeersMax);
        Trim("file", "path", "path", limits.FilesMax);
        Trim("download", "sha256", "started_ms, sha256", limits.DownloadsMax);
        return new StoredState(
            [.. Read("SELECT bytes FROM secret WHERE name = 'cookies'", row => (byte[])row[0]).Single()],
            [
                .. Read("SELECT address, verified_ms, heard_ms, round_trip_us FROM peer ORDER BY heard_ms DESC, address", row =>
                    PeerAddress.TryParse(row.GetString(0), out var address)
                        ? new StoredPeer(address, Time(row, 1), Time(row, 2), TimeSpan.FromMicroseconds(row.GetInt64(3)))
                        : default).Where(peer => peer.Address.Port != 0),
            ],
            [
                .. Read("SELECT sha256, path, length, changed FROM file ORDER BY path", row => IdOf(row, 0) is { } id
                    ? new SharedFile(id, new FileStat(row.GetString(1), row.GetInt64(2), row.GetInt64(3)))
                    : null).OfType<SharedFile>(),
            ],
            [
                .. Read("SELECT sha256, target, sources, started_ms FROM download ORDER BY started_ms, sha256", row => IdOf(row, 0) is { } id
                    ? new StoredDownload(id, row.GetString(1), Addresses(row.GetString(2)), Time(row, 3))
                    : null).OfType<StoredDownload>(),
            ],
            [
                .. Read("SELECT address, until_ms, reason FROM ban ORDER BY address", row =>
                    PeerAddress.TryParse(row.GetString(0), out var address)
                        ? new StoredBan(address, Time(row, 1), row.GetString(2))
                        : null).OfType<StoredBan>(),
            ],
            Read("SELECT key, value FROM setting", row => KeyValuePair.Create(row.GetString(0), row.GetString(1)))
                .ToImmutableSortedDictionary(StringComparer.Ordinal));
    });

    public void Write(IReadOnlyCollection<StateChange> changes) => AsIO(() =>
    {
        using var transaction = _connection.BeginTransaction();
        using var writer = new ChangeWriter(_connection, transaction);
        foreach (var change in changes)
            writer.Write(change);
        transaction.Commit();
        return true;
    });

    // A removed file is there as long as it is open.
    public bool PutBackIfGone() => AsIO(() =>
    {
        if (File.Exists(_path))
            return false;
        var incoming = _path + ".new";
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.Delete(incoming);
        CreateForOwner(incoming);
        CopyTo(_connection, incoming);
        File.Move(incoming, _path);
        _connection.Dispose();
        // Those of the removed one, if they are still there. The new one is whole without.
        foreach (var companion in Companions.Skip(1))
            File.Delete(_path + companion);
        var (connection, refusal) = TryOpen(_path);
        _connection = connection ?? throw new IOException(refusal);
        return true;
    });

    public void Dispose()
    {
        _connection.Dispose();
        _lock.Dispose();
    }

    /// <summary>Writes a copy of the database in <paramref name="folder"/>, also while a node uses it.</summary>
    public static void Backup(string folder, string target) => AsIO(() =>
    {
        var path = Path.Combine(folder, SqliteNodeStates.FileName);
        if (!File.Exists(path))
            throw new IOException($"there is no {SqliteNodeStates.FileName} in {folder}");
        if (File.Exists(target))
            throw new IOException($"{target} exists already");
        Naming(target, () => CreateForOwner(target));
        try
        {
            using var connection = Connect(path, SqliteOpenMode.ReadWrite);
            RefuseForeign(connection, path);
            Naming(target, () => CopyTo(connection, target));
            return true;
        }
        catch
        {
            File.Delete(target);
            throw;
        }
    });

    /// <summary>Puts a backup in the place of the database in <paramref name="folder"/>; what was there is set aside. Returns its new name, or null.</summary>
    public static string? Restore(string backup, string folder, DateTimeOffset now) => AsIO(() =>
    {
        Naming(folder, () => Directory.CreateDirectory(folder));
        using var folderLock = SqliteFolderLock.Take(folder);
        if (!File.Exists(backup))
            throw new IOException($"there is no file {backup}");
        var path = Path.Combine(folder, SqliteNodeStates.FileName);
        var incoming = path + ".new";
        try
        {
            Naming(incoming, () => CreateForOwner(incoming));
            using (var connection = Connect(backup, SqliteOpenMode.ReadOnly))
            {
                RefuseForeign(connection, backup);
                Naming(incoming, () => CopyTo(connection, incoming));
            }

            var aside = File.Exists(path) ? SetAside(path, now) : null;
            File.Move(incoming, path);
            return aside;
        }
        finally
        {
            foreach (var companion in Companions)
                File.Delete(incoming + companion);
        }
    });

    private static void RefuseForeign(SqliteConnection connection, string path)
    {
        if (Check(connection).Refusal is { } refusal)
            throw new IOException($"{path} cannot be used: {refusal}");
        if (Number(connection, "PRAGMA application_id") != StateSchema.ApplicationId)
            throw new IOException($"{path} is not the state of a node");
    }

    private static (SqliteConnection? Connection, string? Refusal) TryOpen(string path)
    {
        CreateForOwner(path);
        var connection = Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            var plan = Check(connection);
            if (plan.Refusal is null)
            {
                Execute(connection, "PRAGMA journal_mode = WAL");
                Execute(connection, "PRAGMA synchronous = NORMAL");
                Migrate(connection, plan);
                return (connection, null);
            }

            connection.Dispose();
            return (null, plan.Refusal);
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            connection.Dispose();
            return (null, "it is damaged or no database");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static StatePlan Check(SqliteConnection connection)
    {
        try
        {
            var plan = StateSchema.PlanFor(
                (int)Number(connection, "PRAGMA application_id"),
                (int)Number(connection, "PRAGMA user_version"),
                Number(connection, "SELECT COUNT(*) FROM sqlite_master"));
            if (plan.Refusal is not null)
                return plan;
            using var check = connection.CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            return (string?)check.ExecuteScalar() == "ok" ? plan : new StatePlan([], "it is damaged");
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            return new StatePlan([], "it is damaged or no database");
        }
    }

    // All steps and the new version in one transaction: a crash leaves the old tables or the new ones.
    private static void Migrate(SqliteConnection connection, StatePlan plan)
    {
        if (plan.Steps.IsEmpty)
            return;
        using var transaction = connection.BeginTransaction();
        foreach (var step in plan.Steps)
            Execute(connection, step, transaction);
        Execute(connection, $"PRAGMA application_id = {StateSchema.ApplicationId}", transaction);
        Execute(connection, $"PRAGMA user_version = {StateSchema.Version}", transaction);
        transaction.Commit();
    }

    private static void KeepSecret(SqliteConnection connection, ImmutableArray<byte> secret)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "INSERT INTO secret (name, bytes) VALUES ('cookies', $bytes) ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes WHERE length(bytes) <> $length";
        command.Parameters.AddWithValue("$bytes", secret.ToArray());
        command.Parameters.AddWithValue("$length", secret.Length);
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static void CopyTo(SqliteConnection connection, string target)
    {
        using var copy = Connect(target, SqliteOpenMode.ReadWrite);
        connection.BackupDatabase(copy);
    }

    // Neither the system nor SQLite says which of two files it was.
    private static void Naming(string target, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new IOException($"{target} cannot be written: {FileProblems.Describe(e)}", e);
        }
    }

    // The companions of the database get its permissions from SQLite.
    private static void CreateForOwner(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = Owner,
        });
        if (File.GetUnixFileMode(path) != Owner)
            File.SetUnixFileMode(path, Owner);
    }

    private static string SetAside(string path, DateTimeOffset now)
    {
        var aside = path + AsideMark + now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        foreach (var companion in Companions)
        {
            if (File.Exists(path + companion))
                File.Move(path + companion, aside + companion, overwrite: true);
        }

        var folder = Path.GetDirectoryName(path)!;
        var tooMany = Directory.EnumerateFiles(folder, Path.GetFileName(path) + AsideMark + "*")
            .Where(file => !Companions.Skip(1).Any(companion => file.EndsWith(companion, StringComparison.Ordinal)))
            .OrderDescending(StringComparer.Ordinal)
            .Skip(AsideMax);
        foreach (var old in tooMany.ToArray())
        {
            foreach (var companion in Companions)
                File.Delete(old + companion);
        }

        return Path.GetFileName(aside);
    }

    private static bool IsDamage(SqliteException e) =>
        e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    private static T AsIO<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException or InvalidOperationException
            or InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Run(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    // The names are ours, not of a user.
    private void Trim(string table, string key, string order, int most)
    {
        if (Number(_connection, $"SELECT COUNT(*) FROM {table}") > most)
            Run($"DELETE FROM {table} WHERE {key} NOT IN (SELECT {key} FROM {table} ORDER BY {order} LIMIT $most)", ("$most", most));
    }

    private IEnumerable<T> Read<T>(string sql, Func<SqliteDataReader, T> take)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        while (rows.Read())
            yield return take(rows);
    }

    private static DateTimeOffset Time(SqliteDataReader row, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static ContentId? IdOf(SqliteDataReader row, int column) => row[column] is byte[] { Length: Sha256Digest.Bytes } bytes
        ? ContentId.FromSha256(Sha256Digest.FromBytes(bytes))
        : null;

    private static ImmutableArray<PeerAddress> Addresses(string text) =>
    [
        .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(one => PeerAddress.TryParse(one, out var address) ? address : default)
            .Where(address => address.Port != 0),
    ];

    /// <summary>One prepared statement for each kind of change.</summary>
    private sealed class ChangeWriter(SqliteConnection connection, SqliteTransaction transaction) : IDisposable
    {
        private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

        public void Write(StateChange change)
        {
            switch (change)
            {
                case StateChange.PeerKept(var peer):
                    Run(
                        "INSERT OR REPLACE INTO peer (address, verified_ms, heard_ms, round_trip_us) VALUES ($0, $1, $2, $3)",
                        peer.Address.ToString(),
                        peer.VerifiedAt.ToUnixTimeMilliseconds(),
                        peer.HeardAt.ToUnixTimeMilliseconds(),
                        (long)peer.RoundTrip.TotalMicroseconds);
                    break;
                case StateChange.PeerForgotten(var address):
                    Run("DELETE FROM peer WHERE address = $0", address.ToString());
                    break;
                case StateChange.FileIndexed(var file):
                    Run(
                        "INSERT OR REPLACE INTO file (path, sha256, length, changed) VALUES ($0, $1, $2, $3)",
                        file.File.Path, Bytes(file.Id), file.File.LengthBytes, file.File.ChangedTicks);
                    break;
                case StateChange.FileForgotten(var path):
                    Run("DELETE FROM file WHERE path = $0", path);
                    break;
                case StateChange.DownloadKept(var download):
                    Run(
                        "INSERT OR REPLACE INTO download (sha256, target, sources, started_ms) VALUES ($0, $1, $2, $3)",
                        Bytes(download.Id), download.TargetPath, string.Join(' ', download.Sources), download.StartedAt.ToUnixTimeMilliseconds());
                    break;
                case StateChange.DownloadEnded(var id):
                    Run("DELETE FROM download WHERE sha256 = $0", Bytes(id));
                    break;
                case StateChange.Banned(var ban):
                    Run(
                        "INSERT OR REPLACE INTO ban (address, until_ms, reason) VALUES ($0, $1, $2)",
                        ban.Address.ToString(), ban.Until.ToUnixTimeMilliseconds(), ban.Reason);
                    break;
                case StateChange.BanLifted(var address):
                    Run("DELETE FROM ban WHERE address = $0", address.ToString());
                    break;
                case StateChange.SettingChanged(var key, { } value):
                    Run("INSERT OR REPLACE INTO setting (key, value) VALUES ($0, $1)", key, value);
                    break;
                case StateChange.SettingChanged(var key, null):
                    Run("DELETE FROM setting WHERE key = $0", key);
                    break;
            }
        }

        public void Dispose()
        {
            foreach (var command in _commands.Values)
                command.Dispose();
        }

        private static byte[] Bytes(in ContentId id)
        {
            var bytes = new byte[Sha256Digest.Bytes];
            id.Sha256.CopyTo(bytes);
            return bytes;
        }

        private void Run(string sql, params object[] values)
        {
            if (!_commands.TryGetValue(sql, out var command))
            {
                _commands[sql] = command = connection.CreateCommand();
                command.Transaction = transaction;
                command.CommandText = sql;
                for (var i = 0; i < values.Length; i++)
                    command.Parameters.Add(new SqliteParameter { ParameterName = "$" + i.ToString(CultureInfo.InvariantCulture) });
                command.Prepare();
            }

            for (var i = 0; i < values.Length; i++)
                command.Parameters[i].Value = values[i];
            command.ExecuteNonQuery();
        }
    }
}
