using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Inspection;

/// <summary>Draws which spans of a content are here, one character a piece. Pure.</summary>
public static class PieceMap
{
    /// <summary>Pieces of a drawing at the most.</summary>
    public const int PiecesMax = 4096;

    /// <summary>Spans that one piece stands for, so that there are at most <paramref name="piecesMax"/> pieces.</summary>
    public static int SpansPerPiece(int spans, int piecesMax) => Math.Max(1, (int)(((long)spans + piecesMax - 1) / piecesMax));

    /// <summary>
    /// The pieces: '.' missing, '?' asked for, '+' arrived, 'w' written, 's' written and suspect, 'v' verified. A piece of
    /// several spans is as far as the one that lags most.
    /// </summary>
    /// <param name="map">The spans; null: none is known.</param>
    /// <param name="piecesMax">Pieces at the most.</param>
    /// <param name="isSuspect">Whether what is written and not verified is suspect: the whole had the wrong hash before.</param>
    public static string Draw(BlockMap? map, int piecesMax, bool isSuspect)
    {
        if (map is null)
            return "";
        var perPiece = SpansPerPiece(map.Count, piecesMax);
        return string.Create((map.Count + perPiece - 1) / perPiece, (map, perPiece, isSuspect), static (pieces, of) =>
        {
            for (var i = 0; i < pieces.Length; i++)
            {
                var least = SpanStatus.Verified;
                for (var span = i * of.perPiece; span < Math.Min(of.map.Count, (i + 1) * of.perPiece); span++)
                    least = of.map[span] < least ? of.map[span] : least;
                pieces[i] = least switch
                {
                    SpanStatus.Missing => '.',
                    SpanStatus.Active => '?',
                    SpanStatus.Arrived => '+',
                    SpanStatus.Written => of.isSuspect ? 's' : 'w',
                    _ => 'v',
                };
            }
        });
    }
}
