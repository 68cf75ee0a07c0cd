namespace Cjp2p.Actors.Protocol;

/// <summary>Goes through the items of one JSON array, in order; ends at the first thing that is no JSON.</summary>
internal ref struct JsonItems(ReadOnlySpan<byte> text, WireSlice jsonArray)
{
    private JsonCursor _cursor = new(text[..(jsonArray.Start + jsonArray.Length)], jsonArray.Start);
    private bool _inside;

    /// <summary>The item, as written.</summary>
    public WireSlice Value { get; private set; }

    /// <summary>Goes to the next item; false when there is none, or this is no array.</summary>
    public bool Next()
    {
        _cursor.SkipWhiteSpace();
        if (!_cursor.TryConsume(_inside ? (byte)',' : (byte)'['))
            return false;
        _inside = true;
        _cursor.SkipWhiteSpace();
        int start = _cursor.Position;
        if (_cursor.SkipValue(0, JsonCursor.DepthMax) != DatagramFault.None)
            return false;
        Value = new WireSlice(start, _cursor.Position - start);
        return true;
    }
}
