using System.Buffers.Binary;

namespace Cjp2p.Actors.Content;

// The map beside an unfinished file: which spans are written, and what they were.
internal sealed partial class DownloadFileActor
{
    private IDiskFile? _marks;
    private bool _isClean;

    private string MarksPath => _path + MapSuffix;

    private SpanMarks? ReadMarks() => SpanMarks.Read(
        _wanted, _length, _node.Disk.ReadSmall(MarksPath, SpanMarks.BytesFor(SpanGeometry.SpanCount(_length))));

    private void CloseMarks()
    {
        _marks?.Dispose();
        _marks = null;
        _isClean = false;
    }

    // After the bytes: a mark without its bytes is found out, bytes without their mark are fetched again.
    private void Mark(int span, ReadOnlySpan<byte> bytes)
    {
        Span<byte> mark = stackalloc byte[SpanMarks.MarkBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(mark, SpanMarks.Of(bytes));
        Marks().Write(SpanMarks.OffsetOf(span), mark);
    }

    private IDiskFile Marks()
    {
        if (_marks is not null)
            return _marks;
        var isNew = !_node.Disk.TryStat(MarksPath, out _);
        _marks = _node.Disk.OpenWrite(MarksPath);
        if (isNew)
            _marks.Write(0, SpanMarks.Header(_wanted, _length));
        return _marks;
    }

    private void Dirty()
    {
        if (!_isClean && _marks is not null)
            return;
        Marks().Write(SpanMarks.CleanOffset, new byte[8]);
        _isClean = false;
    }
}
