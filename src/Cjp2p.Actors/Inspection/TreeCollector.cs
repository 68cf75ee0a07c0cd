using System.Collections.Immutable;
using Akka.Actor;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// Asks some actors for their states and answers for them together; those that do not answer in time are shown without.
/// One lives for each question.
/// </summary>
internal sealed class TreeCollector : UntypedActor, IWithTimers
{
    // Asking --(all answered, or time is up)--> stopped
    private readonly NodeServices _node;
    private readonly IActorRef _asker;
    private readonly object _question;
    private readonly Dictionary<IActorRef, ActorState> _answers = [];
    private List<ActorTrack> _asked = [];
    private int _total;

    public TreeCollector(NodeServices node, IActorRef asker, InspectionProtocol.INodeQuery question)
    {
        _node = node;
        _asker = asker;
        _question = question;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeServices node, IActorRef asker, InspectionProtocol.INodeQuery question) =>
        NodeProps.Of(() => new TreeCollector(node, asker, question));

    protected override void PreStart()
    {
        switch (_question)
        {
            case InspectionProtocol.GetTree tree:
                var all = _node.Inspection.Below(tree.Path, Math.Max(0, tree.DepthMax));
                _total = all.Count;
                _asked = all[..Math.Clamp(tree.ActorsMax, 0, Math.Min(all.Count, _node.Settings.Inspection.ActorsMax))];
                break;
            case InspectionProtocol.GetStates states:
                var wanted = states.Paths.ToHashSet(StringComparer.Ordinal);
                _asked = _node.Inspection.Below("/", int.MaxValue).FindAll(track => wanted.Contains(track.Path));
                _total = _asked.Count;
                break;
            case InspectionProtocol.GetActor get:
                if (_node.Inspection.Find(get.Path) is not { } track)
                {
                    Answer(new InspectionProtocol.NoSuchActor(get.Path));
                    return;
                }

                _asked = [track];
                break;
        }

        foreach (var track in _asked)
        {
            // One that is gone cannot answer.
            if (track.GoneAt == TimeSpan.MaxValue)
                track.Ask(Self);
        }

        Timers.StartSingleTimer(TimeIsUp.Instance, TimeIsUp.Instance, _node.Settings.Inspection.AnswerTimeout);
        AnswerWhenDone();
    }

    protected override void PostStop()
    {
        foreach (var track in _asked)
        {
            if (!_answers.ContainsKey(track.Actor))
                track.Leave(Self);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ActorState state:
                _answers[Sender] = state;
                AnswerWhenDone();
                break;
            case TimeIsUp:
                Answer();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AnswerWhenDone()
    {
        if (_answers.Count == _asked.Count || (_asked is [var only] && only.GoneAt < TimeSpan.MaxValue))
            Answer();
    }

    private void Answer() => Answer(_question switch
    {
        InspectionProtocol.GetTree tree => Tree(tree.Path, tree.WithStates),
        InspectionProtocol.GetStates => Tree("/", true),
        _ => _node.Inspection.Details(_asked[0], _answers.GetValueOrDefault(_asked[0].Actor)),
    });

    private void Answer(object answer)
    {
        _asker.Tell(answer, Context.Parent);
        Context.Stop(Self);
    }

    private ActorTree Tree(string path, bool withStates) => new(
        _node.Settings.Name,
        path,
        _node.Clock.UtcNow,
        _total,
        _asked.Count,
        _answers.Count,
        [.. _asked.Select(track => Entry(track, withStates))],
        _node.Inspection.Gone(path));

    private ActorEntry Entry(ActorTrack track, bool withState)
    {
        var facts = track.Facts();
        return _answers.TryGetValue(track.Actor, out var state)
            ? new ActorEntry(facts, true, state.Summary, withState ? state : null)
            : new ActorEntry(
                facts,
                false,
                facts.IsGone ? "stopped meanwhile"
                : facts.Doing is { } doing ? FormattableString.Invariant($"no answer: handling {doing} for {facts.DoingForMs:0} ms")
                : FormattableString.Invariant($"no answer: {facts.MailboxDepth} messages wait, the oldest for {facts.MailboxOldestMs:0} ms"),
                null);
    }

    private sealed class TimeIsUp
    {
        public static TimeIsUp Instance { get; } = new();
    }
}
