namespace Cjp2p.Actors.Protocol;

/// <summary>Goes through the fields of one JSON object, in order; ends at the first thing that is no JSON.</summary>
internal ref struct JsonFields(ReadOnlySpan<byte> text, WireSlice jsonObject)
{
    private JsonCursor _cursor = new(text[..(jsonObject.Start + jsonObject.Length)], jsonObject.Start);
    private bool _inside;

    /// <summary>The field's name between its quotes, as written.</summary>
    public WireSlice Name { get; private set; }

    /// <summary>The field's value, as written.</summary>
    public WireSlice Value { get; private set; }

    /// <summary>Goes to the next field; false when there is none, or this is no object.</summary>
    public bool Next()
    {
        _cursor.SkipWhiteSpace();
        bool first = !_inside;
        if (!_cursor.TryConsume(first ? (byte)'{' : (byte)','))
            return false;
        _inside = true;
        _cursor.SkipWhiteSpace();
        int start = _cursor.Position;
        if (!_cursor.TrySkipString())
            return false;
        Name = new WireSlice(start + 1, _cursor.Position - start - 2);
        _cursor.SkipWhiteSpace();
        if (!_cursor.TryConsume((byte)':'))
            return false;
        _cursor.SkipWhiteSpace();
        start = _cursor.Position;
        if (_cursor.SkipValue(0, JsonCursor.DepthMax) != DatagramFault.None)
            return false;
        Value = new WireSlice(start, _cursor.Position - start);
        return true;
    }
}
