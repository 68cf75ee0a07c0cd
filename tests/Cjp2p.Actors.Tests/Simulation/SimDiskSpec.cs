using Cjp2p.Actors.Simulation;
using CsCheck;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class SimDiskSpec : IDisposable
{
    private readonly SimWorld _world = new();
    private readonly SimDisk _disk;

    public SimDiskSpec()
    {
        _disk = _world.AddMachine().Disk;
        _disk.CreateFolder("/data/deep");
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void What_is_written_is_read_with_zeros_between_and_nothing_behind()
    {
        using var file = _disk.OpenWrite("/data/a");
        file.Write(10_000, Bytes(5_000, 1));
        file.Write(3, [7]);
        Assert.Equal(15_000, file.Stat().LengthBytes);
        var content = new byte[20_000];
        Assert.Equal(15_000, file.Read(0, content));
        Assert.Equal(7, content[3]);
        Assert.All(content[4..10_000], value => Assert.Equal(0, value));
        Assert.Equal(Bytes(5_000, 1), content[10_000..15_000]);
        Assert.Equal(0, file.Read(15_000, content));
        Assert.Equal(1, file.Read(14_999, content));
    }

    [Fact]
    public void A_file_cut_and_extended_again_has_zeros_there()
    {
        using var file = _disk.OpenWrite("/data/a");
        file.Write(0, Bytes(10_000, 1));
        file.SetLength(1_000);
        file.SetLength(10_000);
        var content = Read("/data/a");
        Assert.Equal(Bytes(10_000, 1)[..1_000], content[..1_000]);
        Assert.All(content[1_000..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_file_behaves_as_an_array_whatever_is_done_to_it_and_flushed_content_survives_a_crash() =>
        Gen.Select(Gen.ULong, Gen.Select(Gen.Int[0, 5], Gen.Int[0, 20_000], Gen.Int[0, 9_000]).Array[1, 30]).Sample((seed, steps) =>
        {
            using var world = new SimWorld(new SimWorldSettings { Seed = seed });
            var disk = world.AddMachine().Disk;
            var (model, safe) = (Array.Empty<byte>(), Array.Empty<byte>());
            var file = disk.OpenWrite("/f");
            file.Flush();
            var fill = (byte)0;
            foreach (var (what, offset, length) in steps)
            {
                switch (what)
                {
                    case <= 1:
                        var data = Bytes(length, ++fill);
                        file.Write(offset, data);
                        if (length > 0 && model.Length < offset + length)
                            Array.Resize(ref model, offset + length);
                        data.CopyTo(model, length > 0 ? offset : 0);
                        break;
                    case 2:
                        file.SetLength(offset);
                        Array.Resize(ref model, offset);
                        break;
                    case 3:
                        file.Flush();
                        safe = model.ToArray();
                        break;
                    case 4:
                        file.Flush();
                        disk.Crash();
                        file = disk.OpenWrite("/f");
                        safe = model.ToArray();
                        break;
                    default:
                        disk.Crash();
                        var left = Read(disk, "/f");
                        AssertMixOf(safe, model, left);
                        (model, safe) = (left, left.ToArray());
                        file = disk.OpenWrite("/f");
                        break;
                }

                Assert.Equal(model, Read(disk, "/f"));
                Assert.InRange(disk.UsedBytes, 0, (model.Length + 4095) / 4096 * 4096);
            }
        }, iter: 200);

    [Fact]
    public void Unflushed_sectors_are_old_or_new_each_by_itself_and_both_happen()
    {
        using var file = _disk.OpenWrite("/data/a");
        file.Write(0, Bytes(512 * 100, 1));
        file.Flush();
        file.Write(0, Bytes(512 * 100, 2));
        _disk.Crash();
        var content = Read("/data/a");
        var kept = 0;
        for (var sector = 0; sector < 100; sector++)
        {
            var bytes = content.AsSpan(sector * 512, 512);
            var isNew = bytes.SequenceEqual(Bytes(512 * 100, 2).AsSpan(sector * 512, 512));
            Assert.True(isNew || bytes.SequenceEqual(Bytes(512 * 100, 1).AsSpan(sector * 512, 512)));
            kept += isNew ? 1 : 0;
        }

        Assert.InRange(kept, 25, 75);
        Assert.Equal((kept, 100 - kept), (_disk.Counters.SectorsKept, _disk.Counters.SectorsLost));
    }

    [Fact]
    public void Same_seed_loses_the_same_and_another_seed_does_not()
    {
        static byte[] AfterCrash(ulong seed)
        {
            using var world = new SimWorld(new SimWorldSettings { Seed = seed });
            var disk = world.AddMachine().Disk;
            using (var file = disk.OpenWrite("/a"))
            {
                file.Flush();
                file.Write(0, Bytes(100_000, 1));
            }

            disk.Crash();
            return Read(disk, "/a");
        }

        Assert.Equal(AfterCrash(1), AfterCrash(1));
        Assert.NotEqual(AfterCrash(1), AfterCrash(2));
    }

    [Fact]
    public void New_files_that_were_never_flushed_are_there_or_not_and_deleted_ones_gone_or_back()
    {
        for (var i = 0; i < 40; i++)
        {
            _disk.WriteSmall($"/data/old-{i:00}", "x"u8);
            _disk.Delete($"/data/old-{i:00}");
            _disk.OpenWrite($"/data/deep/new-{i:00}").Dispose();
        }

        // Deletions are made to last by the next flush of the folder, and WriteSmall is one: only the last is at risk.
        _disk.WriteSmall("/data/flushes-the-folder", "x"u8);
        for (var i = 0; i < 40; i++)
            _disk.WriteSmall($"/data/deep/old-{i:00}", "x"u8);
        for (var i = 0; i < 40; i++)
        {
            _disk.Delete($"/data/deep/old-{i:00}");
            _disk.OpenWrite($"/data/new-{i:00}").Dispose();
        }

        _disk.Crash();
        var paths = _disk.Enumerate("/data").Select(stat => stat.Path).ToList();
        Assert.InRange(paths.Count(path => path.StartsWith("/data/new-", StringComparison.Ordinal)), 8, 32);
        Assert.InRange(paths.Count(path => path.StartsWith("/data/deep/old-", StringComparison.Ordinal)), 8, 32);
        Assert.DoesNotContain(paths, path => path.StartsWith("/data/old-", StringComparison.Ordinal));
        Assert.Equal(40, paths.Count(path => path.StartsWith("/data/deep/new-", StringComparison.Ordinal)));
        Assert.True(_disk.Counters.EntriesLost > 0);
    }

    [Fact]
    public void A_flushed_file_is_there_after_a_crash_with_all_it_held()
    {
        using (var file = _disk.OpenWrite("/data/a"))
        {
            file.Write(0, Bytes(100_000, 3));
            file.Flush();
        }

        for (var i = 0; i < 10; i++)
            _disk.Crash();
        Assert.Equal(Bytes(100_000, 3), Read("/data/a"));
    }

    [Fact]
    public void WriteSmall_leaves_the_new_content_once_it_has_returned()
    {
        _disk.WriteSmall("/data/s", "old"u8);
        _disk.WriteSmall("/data/s", "newer"u8);
        _disk.Crash();
        Assert.Equal("newer"u8.ToArray(), _disk.ReadSmall("/data/s", 5));
        Assert.Null(_disk.ReadSmall("/data/s", 4));
        Assert.Null(_disk.ReadSmall("/data/none", 4));
    }

    [Fact]
    public void Rename_replaces_and_lasts_but_does_not_flush_what_is_in_the_file()
    {
        _disk.WriteSmall("/data/to", "old"u8);
        using (var file = _disk.OpenWrite("/data/from"))
        {
            file.Write(0, Bytes(512 * 64, 1));
            _disk.Rename("/data/from", "/data/to");
        }

        Assert.False(_disk.TryStat("/data/from", out _));
        _disk.Crash();
        Assert.False(_disk.TryStat("/data/from", out _));
        Assert.NotEqual(Bytes(512 * 64, 1), Read("/data/to"));
        Assert.NotEqual("old"u8.ToArray(), Read("/data/to"));
    }

    [Fact]
    public void A_file_that_is_open_follows_its_file_not_its_name()
    {
        using var file = _disk.OpenWrite("/data/a");
        file.Write(0, [1]);
        _disk.WriteSmall("/data/a", [2, 2]);
        file.Write(1, [1]);
        Assert.Equal(2, file.Stat().LengthBytes);
        Assert.Equal([2, 2], Read("/data/a"));
        _disk.Delete("/data/a");
        var content = new byte[2];
        Assert.Equal(2, file.Read(0, content));
        Assert.Equal([1, 1], content);
    }

    [Fact]
    public void Files_that_were_open_before_a_crash_are_of_no_use()
    {
        using var file = _disk.OpenWrite("/data/a");
        file.Flush();
        _disk.Crash();
        Assert.Throws<IOException>(() => file.Write(0, [1]));
        Assert.Throws<IOException>(() => file.Stat());
        using var again = _disk.OpenWrite("/data/a");
        again.Write(0, [1]);
    }

    [Fact]
    public void A_full_disk_takes_what_fits_and_says_so_and_takes_more_when_there_is_room_again()
    {
        _disk.Settings = _disk.Settings with { CapacityBytes = 10 * 4096 };
        using var file = _disk.OpenWrite("/data/a");
        file.Write(0, Bytes(8 * 4096, 1));
        Assert.Equal(2 * 4096, _disk.FreeBytes("/data"));
        var full = Assert.Throws<IOException>(() => file.Write(8 * 4096, Bytes((2 * 4096) + 1, 2)));
        Assert.Equal(28, full.HResult);
        Assert.Equal(10 * 4096, file.Stat().LengthBytes);
        Assert.Equal(0, _disk.FreeBytes("/data"));
        Assert.Throws<IOException>(() => _disk.WriteSmall("/data/s", "x"u8));
        Assert.False(_disk.TryStat("/data/s", out _));

        // Overwriting takes no room; a shorter file gives some back.
        file.Write(0, Bytes(4096, 3));
        file.SetLength(9 * 4096);
        _disk.WriteSmall("/data/s", "x"u8);
        _disk.Delete("/data/a");
        Assert.Equal(9 * 4096, _disk.FreeBytes("/data"));
    }

    [Fact]
    public void A_disk_that_is_read_only_or_fails_says_so_at_every_change_and_is_as_it_was()
    {
        _disk.WriteSmall("/data/a", "kept"u8);
        using var file = _disk.OpenWrite("/data/a");
        foreach (var settings in (SimDiskSettings[])[new() { IsReadOnly = true }, new() { FailsWrites = true }])
        {
            _disk.Settings = settings;
            Assert.Throws<IOException>(() => file.Write(0, [1]));
            Assert.Throws<IOException>(() => file.SetLength(0));
            Assert.Throws<IOException>(() => _disk.WriteSmall("/data/a", "x"u8));
            Assert.Throws<IOException>(() => _disk.Rename("/data/a", "/data/b"));
            Assert.Throws<IOException>(() => _disk.Delete("/data/a"));
            Assert.Throws<IOException>(() => _disk.OpenWrite("/data/b"));
            Assert.Throws<IOException>(() => _disk.CreateFolder("/data/new"));
            Assert.Equal("kept"u8.ToArray(), Read("/data/a"));
        }

        Assert.Equal(14, _disk.Counters.Failures);
        _disk.Settings = new SimDiskSettings();
        file.Write(0, "K"u8);
        Assert.Equal("Kept"u8.ToArray(), Read("/data/a"));
    }

    [Fact]
    public void Reads_fail_when_they_are_to_and_writes_do_not()
    {
        _disk.WriteSmall("/data/a", "x"u8);
        using var file = _disk.OpenWrite("/data/a");
        _disk.Settings = new SimDiskSettings { FailsReads = true };
        Assert.Throws<IOException>(() => file.Read(0, new byte[1]));
        Assert.Throws<IOException>(() => _disk.ReadSmall("/data/a", 10));
        Assert.Throws<IOException>(() => _disk.TryStat("/data/a", out _));
        file.Write(0, [1]);
    }

    [Fact]
    public void A_failed_flush_leaves_everything_at_risk()
    {
        using var file = _disk.OpenWrite("/data/a");
        file.Flush();
        file.Write(0, Bytes(512 * 64, 1));
        _disk.Settings = new SimDiskSettings { FailsFlushes = true };
        Assert.Throws<IOException>(file.Flush);
        Assert.Throws<IOException>(() => _disk.WriteSmall("/data/s", "x"u8));
        Assert.False(_disk.TryStat("/data/s", out _));
        _disk.Settings = new SimDiskSettings();
        _disk.Crash();
        Assert.NotEqual(Bytes(512 * 64, 1), Read("/data/a"));
    }

    [Fact]
    public void A_disk_that_dies_in_the_middle_has_exactly_the_changes_before()
    {
        _disk.DieAfter(2);
        _disk.WriteSmall("/data/1", "x"u8);
        Assert.False(_disk.IsDead);
        _disk.WriteSmall("/data/2", "x"u8);
        Assert.True(_disk.IsDead);
        Assert.Throws<IOException>(() => _disk.WriteSmall("/data/3", "x"u8));
        Assert.Throws<IOException>(() => _disk.ReadSmall("/data/1", 10));
        _disk.Crash();
        Assert.Equal(["/data/1", "/data/2"], _disk.Enumerate("/").Select(stat => stat.Path));
        _disk.WriteSmall("/data/3", "x"u8);
    }

    [Fact]
    public void Files_below_a_folder_are_listed_in_ordinal_order_at_any_depth_and_only_those()
    {
        foreach (var path in (string[])["/data/b", "/data/B", "/data/deep/a", "/data/a", "/database", "/x"])
            _disk.WriteSmall(path, "x"u8);
        Assert.Equal(["/data/B", "/data/a", "/data/b", "/data/deep/a"], _disk.Enumerate("/data/").Select(stat => stat.Path));
        Assert.Equal(6, _disk.Enumerate("/").Count());
        Assert.Throws<DirectoryNotFoundException>(() => _disk.Enumerate("/none"));
    }

    [Fact]
    public void Paths_are_put_in_order_and_relative_ones_refused()
    {
        _disk.WriteSmall("/data//./deep/../a", "x"u8);
        Assert.True(_disk.TryStat("/data/a/", out var stat));
        Assert.Equal("/data/a", stat.Path);
        Assert.Throws<ArgumentException>(() => _disk.TryStat("data/a", out _));
        Assert.Throws<ArgumentNullException>(() => _disk.TryStat(null!, out _));
    }

    [Fact]
    public void What_is_not_there_and_what_is_a_folder_fail_as_in_dotnet()
    {
        Assert.Throws<FileNotFoundException>(() => _disk.OpenRead("/data/none"));
        Assert.Throws<DirectoryNotFoundException>(() => _disk.OpenRead("/none/none"));
        Assert.Throws<DirectoryNotFoundException>(() => _disk.OpenWrite("/none/none"));
        Assert.Throws<DirectoryNotFoundException>(() => _disk.WriteSmall("/none/none", "x"u8));
        Assert.Throws<UnauthorizedAccessException>(() => _disk.OpenRead("/data"));
        Assert.Throws<UnauthorizedAccessException>(() => _disk.OpenWrite("/data"));
        Assert.Throws<UnauthorizedAccessException>(() => _disk.Delete("/data"));
        _disk.Delete("/data/none");
        _disk.WriteSmall("/data/a", "x"u8);
        using var file = _disk.OpenRead("/data/a");
        Assert.Throws<UnauthorizedAccessException>(() => file.Write(0, [1]));
        Assert.Throws<IOException>(() => _disk.CreateFolder("/data/a/b"));
    }

    [Fact]
    public void Every_change_changes_the_time_of_change_even_at_one_moment()
    {
        using var file = _disk.OpenWrite("/data/a");
        var seen = new HashSet<long> { file.Stat().ChangedTicks };
        for (var i = 0; i < 10; i++)
        {
            file.Write(0, [1]);
            Assert.True(seen.Add(file.Stat().ChangedTicks));
        }
    }

    [Fact]
    public void A_watch_is_told_once_of_several_changes_below_its_folder_and_not_after_it_ended()
    {
        var told = new List<TimeSpan>();
        var watch = _disk.Watch("/data", () => told.Add(_world.Now));
        _disk.WriteSmall("/data/deep/a", "x"u8);
        _disk.Delete("/data/deep/a");
        _disk.WriteSmall("/elsewhere", "x"u8);
        Assert.Empty(told);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([TimeSpan.FromMilliseconds(10)], told);
        _disk.WriteSmall("/data/b", "x"u8);
        watch.Dispose();
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(told);
    }

    [Fact]
    public void A_bit_that_rots_is_read_as_it_is()
    {
        _disk.WriteSmall("/data/a", [1, 2, 3]);
        _disk.Corrupt("/data/a", 1);
        Assert.Equal([1, 0xFD, 3], Read("/data/a"));
        _disk.Crash();
        Assert.Equal([1, 0xFD, 3], Read("/data/a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _disk.Corrupt("/data/a", 3));
    }

    private static byte[] Bytes(int count, byte seed)
    {
        var bytes = new byte[count];
        new SimRandom(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Read(SimDisk disk, string path)
    {
        using var file = disk.OpenRead(path);
        var content = new byte[file.Stat().LengthBytes];
        Assert.Equal(content.Length, file.Read(0, content));
        return content;
    }

    private static void AssertMixOf(byte[] old, byte[] written, byte[] left)
    {
        Assert.InRange(left.Length, Math.Min(old.Length, written.Length), Math.Max(old.Length, written.Length));
        for (var at = 0; at < left.Length; at += 512)
        {
            var sector = left.AsSpan(at, Math.Min(512, left.Length - at)).ToArray();
            Assert.True(
                sector.SequenceEqual(Padded(old, at, sector.Length)) || sector.SequenceEqual(Padded(written, at, sector.Length)),
                $"The sector at {at} is neither the old nor the new one.");
        }
    }

    private static byte[] Padded(byte[] content, int at, int length)
    {
        var sector = new byte[length];
        content.AsSpan(Math.Min(at, content.Length), Math.Clamp(content.Length - at, 0, length)).CopyTo(sector);
        return sector;
    }

    private byte[] Read(string path) => Read(_disk, path);
}
