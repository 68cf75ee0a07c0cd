using Serilog.Core;
using Serilog.Events;

namespace Cjp2p.Host.Logging;

/// <summary>
/// Least levels that are logged of single subtrees of the node's actors; everything else has the level that the program was
/// started with. Thread-safe; bounded.
/// </summary>
/// <param name="node">Name of the node.</param>
/// <param name="level">The switch of the logger: it lets through what any subtree wants.</param>
/// <param name="usual">The level of everything else.</param>
internal sealed class SubtreeLevels(string node, LoggingLevelSwitch level, LogEventLevel usual)
{
    /// <summary>Subtrees with a level of their own at the most.</summary>
    public const int Most = 64;

    private readonly Lock _lock = new();
    private volatile (string Prefix, string Path, LogEventLevel Level)[] _levels = [];
    private volatile LogEventLevel _usual = usual;

    /// <summary>The level of everything else; may be changed at any time.</summary>
    public LogEventLevel Usual
    {
        get => _usual;
        set
        {
            lock (_lock)
            {
                _usual = value;
                Publish(_levels);
            }
        }
    }

    /// <summary>Levels that found no room.</summary>
    public long Refused { get; private set; }

    /// <summary>The subtrees, by path.</summary>
    public IReadOnlyList<(string Path, LogEventLevel Level)> All => [.. _levels.Select(one => (one.Path, one.Level))];

    /// <summary>Gives a subtree a level; false when there are too many.</summary>
    public bool Set(string path, LogEventLevel wanted)
    {
        lock (_lock)
        {
            var others = _levels.Where(one => one.Path != path).ToArray();
            if (others.Length >= Most)
            {
                Refused++;
                return false;
            }

            Publish([.. others, ($"/user/{node}{path.TrimEnd('/')}", path, wanted)]);
            return true;
        }
    }

    /// <summary>Takes a level back; false when there was none.</summary>
    public bool Remove(string path)
    {
        lock (_lock)
        {
            var others = _levels.Where(one => one.Path != path).ToArray();
            if (others.Length == _levels.Length)
                return false;
            Publish(others);
            return true;
        }
    }

    /// <summary>Whether an event is to be logged: the longest path that it is below decides.</summary>
    public bool Wants(LogEvent logEvent)
    {
        var levels = _levels;
        if (levels.Length == 0)
            return true;
        var least = _usual;
        if (logEvent.Properties.TryGetValue("ActorPath", out var property) && property is ScalarValue { Value: { } value }
            && value.ToString() is { } path)
        {
            foreach (var (prefix, _, wanted) in levels)
            {
                var at = path.IndexOf(prefix, StringComparison.Ordinal);
                if (at >= 0 && (path.Length == at + prefix.Length || path[at + prefix.Length] is '/' or '#'))
                {
                    least = wanted;
                    break;
                }
            }
        }

        return logEvent.Level >= least;
    }

    private void Publish((string Prefix, string Path, LogEventLevel Level)[] levels)
    {
        _levels = [.. levels.OrderByDescending(one => one.Prefix.Length).ThenBy(one => one.Path, StringComparer.Ordinal)];
        level.MinimumLevel = _levels.Select(one => one.Level).Append(_usual).Min();
    }
}
