using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

public sealed class ContentCatalogTests
{
    private readonly ContentCatalog _catalog = new();

    [Fact]
    public void File_is_found_by_id_and_by_name_only_if_it_was_added_so()
    {
        var file = Shared("/s/a", 1);
        _catalog.Add(file, byName: false);
        Assert.True(_catalog.TryFind(file.Id, out var found));
        Assert.Equal(file, found);
        Assert.False(_catalog.TryFind(Name("a"), out _));
        _catalog.Add(file, byName: true);
        Assert.True(_catalog.TryFind(Name("a"), out _));
        Assert.Equal(1, _catalog.Count);
    }

    [Fact]
    public void Only_that_very_file_is_removed()
    {
        var old = Shared("/s/a", 1, changed: 1);
        var renewed = Shared("/s/a", 1, changed: 2);
        _catalog.Add(old, byName: true);
        _catalog.Add(renewed, byName: true);
        _catalog.Remove(old);
        Assert.True(_catalog.TryFind(renewed.Id, out var found));
        Assert.Equal(renewed, found);
        Assert.True(_catalog.TryFind(Name("a"), out _));
        _catalog.Remove(renewed);
        Assert.False(_catalog.TryFind(renewed.Id, out _));
        Assert.False(_catalog.TryFind(Name("a"), out _));
        Assert.Equal(0, _catalog.Count);
    }

    private static SharedFile Shared(string path, byte content, long changed = 1) =>
        new(ScriptedSource.IdOf([content]), new FileStat(path, 1, changed));

    private static ContentId Name(string name) => ContentId.TryParse(name, out var id) ? id : throw new FormatException(name);
}
