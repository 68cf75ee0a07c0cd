using System.Text;

namespace Cjp2p.Host.Configuration;

/// <summary>
/// Reads the settings of a HOCON file, each with its line. Akka's own parser knows no lines, and takes what it does not
/// understand in silence (a brace too few, a key without a value), so that a setting would be lost without a word; this
/// one says so. Values are handed on as they stand. Not supported, and said so: <c>include</c>, <c>+=</c>, and objects
/// put together from several parts.
/// </summary>
internal sealed class HoconFile
{
    private const int DepthMax = 32;
    private const string NotInKey = "$\"{}[]:=,+#`^?!@*&\\\n\r";

    private readonly string _text;
    private readonly string _name;
    private readonly List<Setting> _settings = [];
    private int _position;
    private bool _withEmptySections;

    private HoconFile(string text, string name)
    {
        _text = text;
        _name = name;
    }

    /// <summary>The settings in <paramref name="text"/>, in their order.</summary>
    /// <param name="text">HOCON.</param>
    /// <param name="name">Name of the file for error lines.</param>
    /// <param name="withEmptySections">Sections without a setting are returned too, with the value <c>{}</c>.</param>
    /// <exception cref="UserException">It cannot be read; the line names file, line and reason.</exception>
    public static List<Setting> Parse(string text, string name, bool withEmptySections = false)
    {
        var file = new HoconFile(text, name) { _withEmptySections = withEmptySections };
        file.ParseRoot();
        return file._settings;
    }

    private bool AtEnd => _position >= _text.Length;

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    private void ParseRoot()
    {
        SkipBlank();
        var braces = Current == '{';
        if (braces)
            _position++;
        ParseMembers("", 0, braces ? _position : -1);
        SkipBlank();
        if (!AtEnd)
            throw Bad(_position, $"'{Current}' has no beginning");
    }

    // openedAt: where the brace is that has to be closed; -1: there is none.
    private void ParseMembers(string prefix, int depth, int openedAt)
    {
        if (depth > DepthMax)
            throw Bad(_position, "it is nested too deeply");
        while (true)
        {
            SkipBlank(andCommas: true);
            if (AtEnd)
            {
                if (openedAt >= 0)
                    throw Bad(openedAt, "this '{' is never closed");
                return;
            }

            if (Current == '}')
            {
                if (openedAt < 0)
                    return;
                _position++;
                return;
            }

            ParseMember(prefix, depth);
        }
    }

    private void ParseMember(string prefix, int depth)
    {
        var start = _position;
        var key = ParseKey(prefix);
        SkipBlank();
        if (Current == '{')
        {
            ParseSection(start, key, depth);
            return;
        }

        if (Current == '+')
            throw Bad(_position, "'+=' is not supported: give the whole list");
        if (Current is not ('=' or ':'))
            throw Bad(start, $"'{key}' has no value");
        _position++;
        SkipBlankInLine();
        if (Current == '{')
        {
            ParseSection(start, key, depth);
            return;
        }

        var value = ParseValue(start, key);
        _settings.Add(new Setting(key, value, $"{_name}, line {LineOf(start)}"));
    }

    private void ParseSection(int start, string key, int depth)
    {
        var before = _settings.Count;
        _position++;
        ParseMembers(key, depth + 1, _position - 1);
        ExpectEndOfValue(start, key);
        if (_withEmptySections && _settings.Count == before)
            _settings.Add(new Setting(key, "{}", $"{_name}, line {LineOf(start)}"));
    }

    private string ParseKey(string prefix)
    {
        var key = new StringBuilder(prefix);
        var start = _position;
        while (true)
        {
            var segment = Current == '"' ? ParseQuoted() : ParseBareKey();
            if (segment.Length == 0)
                throw Bad(start, AtEnd || Current is '\n' or '\r' ? "a name is missing" : $"'{Current}' cannot begin a name");
            if (segment.StartsWith("include", StringComparison.Ordinal) && segment.Length == 7 && Current == '"')
                throw Bad(start, "'include' is not supported");
            if (key.Length > 0)
                key.Append('.');
            // A name that HOCON reads only in quotes keeps them, so that the key can be written down again.
            key.Append(segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? segment : Setting.Quote(segment));
            if (Current != '.')
                return key.ToString();
            _position++;
        }
    }

    private string ParseBareKey()
    {
        var start = _position;
        while (!AtEnd && Current != '.' && !NotInKey.Contains(Current, StringComparison.Ordinal) && !AtComment())
            _position++;
        return _text[start.._position].Trim();
    }

    // The value as it stands: everything up to the end of the line, a comma, or the brace that closes the object.
    private string ParseValue(int keyAt, string key)
    {
        var start = _position;
        var end = _position;
        while (!AtEnd && Current is not ('\n' or '\r' or ',' or '}') && !AtComment())
        {
            switch (Current)
            {
                case '"':
                    ParseQuoted();
                    break;
                case '[':
                    ParseArray(0);
                    break;
                case '$' when _position + 1 < _text.Length && _text[_position + 1] == '{':
                    var close = _text.IndexOfAny(['}', '\n'], _position);
                    if (close < 0 || _text[close] != '}')
                        throw Bad(_position, "'${' is never closed");
                    _position = close + 1;
                    break;
                case '{':
                    throw Bad(_position, "objects put together from several parts are not supported");
                case ']':
                    throw Bad(_position, "']' has no beginning");
                case '=' or ':':
                    throw Bad(keyAt, $"the value of '{key}' has a '{Current}': put it in quotes");
                case ' ' or '\t':
                    _position++;
                    continue;
                default:
                    _position++;
                    break;
            }

            end = _position;
        }

        if (end == start)
            throw Bad(keyAt, $"'{key}' has no value");
        return _text[start..end];
    }

    private void ParseArray(int depth)
    {
        var openedAt = _position++;
        if (depth > DepthMax)
            throw Bad(openedAt, "it is nested too deeply");
        while (true)
        {
            SkipBlank(andCommas: true);
            if (AtEnd)
                throw Bad(openedAt, "this '[' is never closed");
            switch (Current)
            {
                case ']':
                    _position++;
                    return;
                case '[':
                    ParseArray(depth + 1);
                    break;
                case '"':
                    ParseQuoted();
                    break;
                case '{' or '}':
                    throw Bad(_position, "a list of objects is not supported");
                case '=' or ':':
                    throw Bad(_position, $"a list has a '{Current}' outside of quotes: is its ']' missing, or quotes?");
                default:
                    _position++;
                    break;
            }
        }
    }

    private string ParseQuoted()
    {
        var openedAt = _position;
        if (string.CompareOrdinal(_text, _position, "\"\"\"", 0, 3) == 0)
        {
            var close = _text.IndexOf("\"\"\"", _position + 3, StringComparison.Ordinal);
            if (close < 0)
                throw Bad(openedAt, "this '\"\"\"' is never closed");
            _position = close + 3;
            return _text[(openedAt + 3)..close];
        }

        for (_position++; !AtEnd && Current is not ('"' or '\n'); _position++)
        {
            if (Current == '\\')
                _position++;
        }

        if (Current != '"')
            throw Bad(openedAt, "this '\"' is never closed");
        _position++;
        return _text[(openedAt + 1)..(_position - 1)];
    }

    private void ExpectEndOfValue(int keyAt, string key)
    {
        SkipBlankInLine();
        if (!AtEnd && Current is not ('\n' or '\r' or ',' or '}') && !AtComment())
            throw Bad(keyAt, $"something follows the '}}' of '{key}'");
    }

    private void SkipBlank(bool andCommas = false)
    {
        while (!AtEnd)
        {
            if (AtComment())
                SkipComment();
            else if (char.IsWhiteSpace(Current) || (andCommas && Current == ',') || Current == '\uFEFF')
                _position++;
            else
                return;
        }
    }

    private void SkipBlankInLine()
    {
        while (Current is ' ' or '\t')
            _position++;
    }

    private bool AtComment() =>
        Current == '#' || (Current == '/' && _position + 1 < _text.Length && _text[_position + 1] == '/');

    private void SkipComment()
    {
        while (!AtEnd && Current != '\n')
            _position++;
    }

    private int LineOf(int position) => 1 + _text.AsSpan(0, Math.Min(position, _text.Length)).Count('\n');

    private UserException Bad(int position, string reason) =>
        UserException.Failed($"{_name}, line {LineOf(position)}: {reason}");
}
