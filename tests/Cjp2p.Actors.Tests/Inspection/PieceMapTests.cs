using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Tests.Inspection;

public sealed class PieceMapTests
{
    [Fact]
    public void Every_status_has_a_character()
    {
        var map = new BlockMap(5);
        for (var i = 0; i < 5; i++)
            map[i] = (SpanStatus)i;
        Assert.Equal(".?+wv", PieceMap.Draw(map, 5, isSuspect: false));
        Assert.Equal(".?+sv", PieceMap.Draw(map, 5, isSuspect: true));
        Assert.Equal("", PieceMap.Draw(null, 5, false));
        Assert.Equal("", PieceMap.Draw(new BlockMap(0), 5, false));
    }

    [Fact]
    public void Piece_of_several_spans_is_as_far_as_the_one_that_lags_most()
    {
        var map = new BlockMap(6);
        map[0] = map[1] = SpanStatus.Written;
        map[2] = SpanStatus.Verified;
        Assert.Equal(1, PieceMap.SpansPerPiece(6, 6));
        Assert.Equal(2, PieceMap.SpansPerPiece(6, 5));
        Assert.Equal("w..", PieceMap.Draw(map, 5, false));
        Assert.Equal(6, PieceMap.Draw(map, 6, false).Length);
    }
}
