using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Tests.Transport;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>All of <see cref="IDisk"/> in a folder of the system's own for temporary files.</summary>
public sealed class RealDiskSpecs : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("cjp2p-disk-").FullName;
    private readonly RealDisk _disk = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Stat_tells_length_and_time_of_a_file()
    {
        string path = Put("a.bin", new byte[1_234]);
        var changed = new DateTime(2024, 2, 29, 12, 34, 56, 789, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, changed);

        Assert.True(_disk.TryStat(path, out FileStat stat));

        Assert.Equal(new FileStat(path, 1_234, changed.Ticks), stat);
        using IDiskFile file = _disk.OpenRead(path);
        Assert.Equal(stat, file.Stat());
        Assert.Equal([stat], _disk.Enumerate(_folder));
        Assert.Equal(new FileInfo(path).LastWriteTimeUtc.Ticks, stat.ChangedTicks);
    }

    [Fact]
    public void Stat_knows_nothing_of_what_is_no_file()
    {
        Put("file", []);
        _disk.CreateFolder(At("folder"));

        Assert.False(_disk.TryStat(At("nothing"), out _));
        Assert.False(_disk.TryStat(At("folder"), out _));
        Assert.False(_disk.TryStat(At("nothing/below/nothing"), out _));
        Assert.False(_disk.TryStat(At("file/below/a/file"), out _));
    }

    [Fact]
    public void Stat_and_open_follow_a_link_that_the_user_named()
    {
        Put("target", [1, 2, 3]);
        File.CreateSymbolicLink(At("link"), At("target"));
        File.CreateSymbolicLink(At("dangling"), At("nothing"));
        File.CreateSymbolicLink(At("self"), At("self"));

        Assert.True(_disk.TryStat(At("link"), out FileStat stat));
        Assert.Equal((At("link"), 3L), (stat.Path, stat.LengthBytes));
        using IDiskFile file = _disk.OpenRead(At("link"));
        Assert.Equal(3, file.Read(0, new byte[10]));
        Assert.False(_disk.TryStat(At("dangling"), out _));
        Assert.False(_disk.TryStat(At("self"), out _));
        Assert.ThrowsAny<IOException>(() => _disk.OpenRead(At("dangling")));
    }

    [Fact]
    public void Enumerate_lists_files_at_any_depth_in_ordinal_order_of_their_paths()
    {
        string[] names = ["B", "a!", "a/b/c", "a/b0", "a/.hidden", "a0", "é", "b", "a/b/a/z", "Z/1", "Z/10", "Z/2"];
        foreach (string name in names)
        {
            Put(name, Encoding.UTF8.GetBytes(name));
        }

        _disk.CreateFolder(At("empty/folder"));

        FileStat[] found = [.. _disk.Enumerate(_folder + Path.DirectorySeparatorChar)];

        Assert.Equal(names.Select(At).Order(StringComparer.Ordinal), found.Select(f => f.Path));
        Assert.All(found, f => Assert.Equal(new FileInfo(f.Path).Length, f.LengthBytes));
    }

    [Fact]
    public void Enumerate_follows_no_links_and_survives_loops_of_them()
    {
        string outside = Directory.CreateTempSubdirectory("cjp2p-outside-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(outside, "secret"), "secret");
            Put("shared/file", [1]);
            File.CreateSymbolicLink(At("shared/loop"), At("shared"));
            File.CreateSymbolicLink(At("shared/out"), outside);
            File.CreateSymbolicLink(At("shared/secret"), Path.Combine(outside, "secret"));
            File.CreateSymbolicLink(At("shared/again"), At("shared/file"));
            File.CreateSymbolicLink(At("shared/dangling"), At("nothing"));
            File.CreateSymbolicLink(At("shared/self"), At("shared/self"));
            File.CreateSymbolicLink(At("named"), At("shared"));

            Assert.Equal([At("shared/file")], _disk.Enumerate(At("shared")).Select(f => f.Path));
            Assert.Equal([At("named/file")], _disk.Enumerate(At("named")).Select(f => f.Path));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void Enumerate_leaves_out_what_vanishes_meanwhile()
    {
        Put("1", [1]);
        Put("2", [2]);
        Put("3/below", [3]);
        Put("4/below", [4]);
        Put("5", [5]);
        using IEnumerator<FileStat> files = _disk.Enumerate(_folder).GetEnumerator();
        Assert.True(files.MoveNext());

        File.Delete(At("2"));
        Directory.Delete(At("3"), recursive: true);
        Directory.Delete(At("4"), recursive: true);
        Directory.CreateSymbolicLink(At("4"), _folder);
        Assert.True(files.MoveNext());

        Assert.Equal(At("5"), files.Current.Path);
        Assert.False(files.MoveNext());
    }

    [Fact]
    public void Enumerate_of_no_folder_fails_at_once()
    {
        Put("file", []);

        Assert.ThrowsAny<IOException>(() => _disk.Enumerate(At("nothing")));
        Assert.ThrowsAny<IOException>(() => _disk.Enumerate(At("file")));
    }

    [UnprivilegedFact]
    [UnsupportedOSPlatform("windows")]
    public void Enumerate_leaves_out_what_cannot_be_looked_at_and_says_so()
    {
        Put("1", [1]);
        Put("closed/2", [2]);
        Put("unsearchable/3", [3]);
        Put("4", [4]);
        File.SetUnixFileMode(At("closed"), UnixFileMode.None);
        File.SetUnixFileMode(At("unsearchable"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            var skipped = new List<(string Path, Type Why)>();
            Assert.Equal([At("1"), At("4")], _disk.Enumerate(_folder, (path, why) => skipped.Add((path, why.GetType()))).Select(f => f.Path));
            Assert.Equal(
                [(At("closed"), typeof(UnauthorizedAccessException)), (At("unsearchable/3"), typeof(UnauthorizedAccessException))], skipped);
            Assert.Throws<UnauthorizedAccessException>(() => _disk.Enumerate(At("closed")));
            Assert.Throws<UnauthorizedAccessException>(() => _disk.TryStat(At("closed/2"), out _));
        }
        finally
        {
            const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            File.SetUnixFileMode(At("closed"), All);
            File.SetUnixFileMode(At("unsearchable"), All);
        }
    }

    [LinuxFact]
    public void Pipe_is_no_file_and_opening_one_fails_instead_of_waiting()
    {
        MakePipe(At("pipe"));
        File.CreateSymbolicLink(At("link"), At("pipe"));

        Assert.False(_disk.TryStat(At("pipe"), out _));
        Assert.Empty(_disk.Enumerate(_folder));
        Assert.Null(_disk.ReadSmall(At("pipe"), 100));
        Assert.Throws<IOException>(() => _disk.OpenRead(At("pipe")));
        Assert.Throws<IOException>(() => _disk.OpenWrite(At("pipe")));
        Assert.Throws<IOException>(() => _disk.OpenRead(At("link")));
        Assert.Throws<IOException>(() => _disk.OpenRead("/dev/zero"));
    }

    [Fact]
    public void Folder_cannot_be_opened_as_a_file()
    {
        Assert.Throws<IOException>(() => _disk.OpenRead(_folder));
        Assert.Throws<IOException>(() => _disk.OpenWrite(_folder));
        Assert.Null(_disk.ReadSmall(_folder, 100));
    }

    [Fact]
    public void Open_for_reading_needs_a_file()
    {
        Assert.Throws<FileNotFoundException>(() => _disk.OpenRead(At("nothing")));
        Assert.Throws<DirectoryNotFoundException>(() => _disk.OpenRead(At("nothing/below")));
        Assert.Throws<DirectoryNotFoundException>(() => _disk.OpenWrite(At("nothing/below")));
    }

    [Fact]
    public void Open_for_writing_makes_the_file_or_keeps_its_content()
    {
        using (IDiskFile made = _disk.OpenWrite(At("file")))
        {
            Assert.Equal(0, made.Stat().LengthBytes);
            made.Write(0, [1, 2, 3]);
        }

        using IDiskFile kept = _disk.OpenWrite(At("file"));
        byte[] content = new byte[3];
        Assert.Equal(3, kept.Read(0, content));
        Assert.Equal([1, 2, 3], content);
    }

    [Fact]
    public void Reads_and_writes_happen_at_their_offsets()
    {
        using IDiskFile file = _disk.OpenWrite(At("file"));
        file.Write(5, [5, 6, 7]);
        file.Write(2, [2, 3]);
        file.Flush();

        byte[] content = new byte[100];
        Assert.Equal(8, file.Read(0, content));
        Assert.Equal([0, 0, 2, 3, 0, 5, 6, 7], content[..8]);
        Assert.Equal(2, file.Read(6, content));
        Assert.Equal([6, 7], content[..2]);
        Assert.Equal(0, file.Read(8, content));
        Assert.Equal(0, file.Read(1_000_000, content));
        Assert.Equal(0, file.Read(0, []));

        file.SetLength(4);
        Assert.Equal(4, file.Stat().LengthBytes);
        file.SetLength(6);
        Assert.Equal(6, file.Read(0, content));
        Assert.Equal([0, 0, 2, 3, 0, 0], content[..6]);
    }

    [Fact]
    public void Beginning_to_flush_changes_nothing_that_is_there_and_fails_never()
    {
        using IDiskFile file = _disk.OpenWrite(At("file"));
        file.Write(0, [1, 2, 3]);

        file.BeginFlush(0, 3);
        file.BeginFlush(1_000_000, 3);
        file.BeginFlush(-1, -1);
        file.Flush();

        byte[] content = new byte[10];
        Assert.Equal(3, file.Read(0, content));
        Assert.Equal([1, 2, 3], content[..3]);
    }

    [Fact]
    public void File_may_be_read_written_and_replaced_through_several_handles_at_once()
    {
        using IDiskFile writer = _disk.OpenWrite(At("file"));
        using IDiskFile reader = _disk.OpenRead(At("file"));
        writer.Write(0, [1]);
        Put("other", [2]);

        _disk.Rename(At("other"), At("file"));
        writer.Write(1, [1]);

        byte[] content = new byte[10];
        Assert.Equal(2, reader.Read(0, content));
        Assert.Equal([2], File.ReadAllBytes(At("file")));
    }

    [Fact]
    public void Any_thread_may_write()
    {
        const int Pieces = 64, PieceBytes = 4_096;
        using IDiskFile file = _disk.OpenWrite(At("file"));

        Parallel.For(0, Pieces, i =>
        {
            byte[] piece = new byte[PieceBytes];
            piece.AsSpan().Fill((byte)i);
            file.Write(i * PieceBytes, piece);
        });

        byte[] content = File.ReadAllBytes(At("file"));
        Assert.Equal(Pieces * PieceBytes, content.Length);
        for (int i = 0; i < Pieces; i++)
        {
            Assert.False(content.AsSpan(i * PieceBytes, PieceBytes).ContainsAnyExcept((byte)i));
        }
    }

    [Fact]
    public void Small_file_is_read_up_to_its_limit_and_not_one_byte_longer()
    {
        Put("small", [1, 2, 3]);
        Put("empty", []);

        Assert.Equal([1, 2, 3], _disk.ReadSmall(At("small"), 3)!);
        Assert.Null(_disk.ReadSmall(At("small"), 2));
        Assert.Equal([], _disk.ReadSmall(At("empty"), 0)!);
        Assert.Null(_disk.ReadSmall(At("nothing"), 3));
        Assert.Null(_disk.ReadSmall(At("nothing/below"), 3));
    }

    [Fact]
    public void Small_file_is_replaced_and_nothing_else_is_left()
    {
        _disk.WriteSmall(At("small"), new byte[1_000]);
        _disk.WriteSmall(At("small"), [1, 2, 3]);

        Assert.Equal([1, 2, 3], File.ReadAllBytes(At("small")));
        Assert.Equal([At("small")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Small_file_is_a_new_file_so_that_readers_of_the_old_one_see_no_mixture()
    {
        _disk.WriteSmall(At("small"), [1, 2, 3]);
        using IDiskFile old = _disk.OpenRead(At("small"));

        _disk.WriteSmall(At("small"), [4, 5, 6, 7]);

        byte[] content = new byte[10];
        Assert.Equal(3, old.Read(0, content));
        Assert.Equal([1, 2, 3], content[..3]);
    }

    [Fact]
    public void Small_file_replaces_what_an_interrupted_write_left()
    {
        Put("small.new", new byte[1_000]);

        _disk.WriteSmall(At("small"), [1]);

        Assert.Equal([1], File.ReadAllBytes(At("small")));
        Assert.False(File.Exists(At("small.new")));
    }

    [Fact]
    public void Small_file_that_cannot_be_written_leaves_nothing_behind()
    {
        _disk.CreateFolder(At("small/folder"));

        Assert.ThrowsAny<IOException>(() => _disk.WriteSmall(At("small"), [1]));
        Assert.ThrowsAny<IOException>(() => _disk.WriteSmall(At("nothing/below"), [1]));

        Assert.Equal([At("small")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Small_file_may_be_written_by_many_threads()
    {
        Parallel.For(0, 40, i => _disk.WriteSmall(At("small"), Encoding.ASCII.GetBytes(new string((char)('A' + i), 100 + i))));

        byte[] content = _disk.ReadSmall(At("small"), 1_000)!;
        Assert.Equal(100 + (content[0] - 'A'), content.Length);
        Assert.Single(content.Distinct());
        Assert.Equal([At("small")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Rename_puts_a_file_over_another_also_in_another_folder()
    {
        Put("from", [1]);
        Put("there/to", [2, 2]);

        _disk.Rename(At("from"), At("there/to"));

        Assert.False(File.Exists(At("from")));
        Assert.Equal([1], File.ReadAllBytes(At("there/to")));
    }

    [Fact]
    public void Rename_of_what_is_no_file_or_over_a_folder_fails()
    {
        Put("file", [1]);
        _disk.CreateFolder(At("folder"));

        Assert.Throws<FileNotFoundException>(() => _disk.Rename(At("nothing"), At("to")));
        Assert.ThrowsAny<IOException>(() => _disk.Rename(At("folder"), At("to")));
        Assert.ThrowsAny<Exception>(() => _disk.Rename(At("file"), At("folder")));
        Assert.ThrowsAny<IOException>(() => _disk.Rename(At("file"), At("nothing/to")));
        Assert.Equal([1], File.ReadAllBytes(At("file")));
        Assert.True(Directory.Exists(At("folder")));
    }

    [SecondFileSystemFact]
    public void Rename_to_another_file_system_fails_rather_than_copy()
    {
        Put("file", [1]);
        string other = Directory.CreateDirectory(
            Path.Combine(SecondFileSystemFactAttribute.OtherFolder, Path.GetFileName(_folder))).FullName;
        try
        {
            IOException error = Assert.Throws<IOException>(() => _disk.Rename(At("file"), Path.Combine(other, "file")));

            Assert.Contains("different file systems", error.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(other));
            Assert.True(File.Exists(At("file")));
        }
        finally
        {
            Directory.Delete(other, recursive: true);
        }
    }

    [Fact]
    public void Delete_removes_a_file_or_does_nothing()
    {
        Put("file", [1]);

        _disk.Delete(At("file"));
        _disk.Delete(At("file"));
        _disk.Delete(At("nothing/below"));

        Assert.False(File.Exists(At("file")));
    }

    [Fact]
    public void Folder_is_made_with_its_parents_once()
    {
        _disk.CreateFolder(At("a/b/c"));
        _disk.CreateFolder(At("a/b/c"));
        Put("file", []);

        Assert.True(Directory.Exists(At("a/b/c")));
        Assert.ThrowsAny<IOException>(() => _disk.CreateFolder(At("file")));
    }

    [Fact]
    public void Free_bytes_are_those_of_the_folders_file_system()
    {
        long total = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(_folder)! : _folder).TotalSize;

        Assert.InRange(_disk.FreeBytes(_folder), 1, total);
        if (!OperatingSystem.IsWindows())
        {
            Assert.ThrowsAny<IOException>(() => _disk.FreeBytes(At("nothing")));
        }
    }

    [Fact]
    public void Watch_calls_when_something_below_changes()
    {
        Put("sub/folder/file", [1]);
        using var changed = new ManualResetEventSlim();
        using IDisposable watch = _disk.Watch(_folder, changed.Set);

        AssertChange(() => Put("sub/folder/file", [1, 2]));
        AssertChange(() => Put("new", [1]));
        AssertChange(() => _disk.Rename(At("new"), At("sub/newer")));
        AssertChange(() => _disk.Delete(At("sub/newer")));

        void AssertChange(Action change)
        {
            changed.Reset();
            change();
            Assert.True(changed.Wait(Patience));
        }
    }

    [Fact]
    public void Watch_that_was_disposed_does_not_call()
    {
        int calls = 0;
        using var otherChanged = new ManualResetEventSlim();
        _disk.Watch(_folder, () => Interlocked.Increment(ref calls)).Dispose();
        using IDisposable other = _disk.Watch(_folder, otherChanged.Set);

        Put("file", [1]);

        Assert.True(otherChanged.Wait(Patience));
        Assert.Equal(0, Volatile.Read(ref calls));
    }

    [Fact]
    public void Watch_that_is_not_possible_is_one_change()
    {
        int calls = 0;

        using IDisposable watch = _disk.Watch(At("nothing"), () => calls++);

        Assert.Equal(1, calls);
    }

    private static void MakePipe(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        Assert.True(process.WaitForExit(Patience));
        Assert.Equal(0, process.ExitCode);
    }

    private string At(string name) => Path.Combine(_folder, name.Replace('/', Path.DirectorySeparatorChar));

    private string Put(string name, byte[] content)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }
}
