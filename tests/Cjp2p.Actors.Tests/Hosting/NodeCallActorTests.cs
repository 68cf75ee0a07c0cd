using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Hosting;

/// <summary>A question to a node by code that is no actor: it always ends, and its actor with it.</summary>
public sealed class NodeCallActorTests : NodeSpec
{
    private const string Question = "question";

    private readonly TestProbe _node;
    private readonly TestProbe _grave;
    private readonly CancellationTokenSource _cancel = new();

    public NodeCallActorTests()
    {
        _node = CreateTestProbe("node");
        _grave = CreateTestProbe("grave");
    }

    [Fact]
    public async Task Answers_are_taken_until_one_is_the_last()
    {
        var call = new TestCall(this, Question);
        Assert.Equal(Question, Only<string>(_node));
        Reply(call, "not yet");
        Reply(call, "not yet");
        Assert.False(call.IsDone);
        Reply(call, "answer");
        Assert.Equal("answer", await EndOf(call));
    }

    [Fact]
    public async Task Node_that_stays_silent_for_longer_than_the_patience_ends_it()
    {
        var call = new TestCall(this, Question, patience: TimeSpan.FromSeconds(10));
        AdvanceSeconds(9.9);
        // Who still says something is waited for again.
        Reply(call, "not yet");
        AdvanceSeconds(9.9);
        Assert.False(call.IsDone);
        AdvanceSeconds(0.2);
        Assert.Equal("the node did not answer within 10 s", (await Assert.ThrowsAsync<NodeException>(() => EndOf(call))).Message);
    }

    [Fact]
    public async Task Without_a_patience_it_waits_for_ever()
    {
        var call = new TestCall(this, Question);
        Advance(TimeSpan.FromDays(1));
        Assert.False(call.IsDone);
        Reply(call, "answer");
        Assert.Equal("answer", await EndOf(call));
    }

    [Fact]
    public async Task Cancelled_it_ends_at_once_where_the_node_need_not_know()
    {
        var call = new TestCall(this, Question);
        Only<string>(_node);
        await CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndOf(call));
        Nothing(_node);
    }

    [Fact]
    public async Task Cancelled_it_tells_the_node_where_that_must_know_and_a_refusal_is_what_was_asked_for()
    {
        var call = new TestCall(this, Question, cancelQuestion: "stop it");
        Only<string>(_node);
        await CancelAsync();
        await CancelAsync();
        Assert.Equal("stop it", Only<string>(_node));
        Assert.False(call.IsDone);
        Reply(call, "refused");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndOf(call));
    }

    [Fact]
    public async Task Answer_that_was_on_its_way_when_it_was_cancelled_counts()
    {
        var call = new TestCall(this, Question, cancelQuestion: "stop it");
        await CancelAsync();
        Reply(call, "answer");
        Assert.Equal("answer", await EndOf(call));
    }

    [Fact]
    public async Task Node_that_does_not_end_what_was_cancelled_is_waited_for_five_seconds()
    {
        var call = new TestCall(this, Question, cancelQuestion: "stop it");
        await CancelAsync();
        AdvanceSeconds(4.9);
        Assert.False(call.IsDone);
        AdvanceSeconds(0.2);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndOf(call));
    }

    [Fact]
    public async Task Node_that_is_gone_ends_it()
    {
        var call = new TestCall(this, Question);
        Sys.Stop(_node.Ref);
        Assert.Equal("the node was stopped before it answered", (await Assert.ThrowsAsync<NodeException>(() => EndOf(call))).Message);
    }

    [Fact]
    public async Task Node_that_is_gone_is_an_answer_to_who_takes_it_for_one()
    {
        var call = new TestCall(this, question: null, last: NodeProtocol.Stopped.Instance);
        Nothing(_node);
        Sys.Stop(_node.Ref);
        Assert.Same(NodeProtocol.Stopped.Instance, await EndOf(call));
    }

    [Fact]
    public async Task Node_that_is_gone_after_it_was_cancelled_has_ended_it()
    {
        var call = new TestCall(this, Question, cancelQuestion: "stop it");
        await CancelAsync();
        Sys.Stop(_node.Ref);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndOf(call));
    }

    [Fact]
    public async Task What_the_caller_itself_throws_comes_back_to_the_caller()
    {
        var call = new TestCall(this, Question);
        Reply(call, "trouble");
        Assert.Equal("the caller's own", (await Assert.ThrowsAsync<InvalidOperationException>(() => EndOf(call))).Message);
    }

    private void Reply(TestCall call, string answer)
    {
        call.Actor.Tell(answer, _node.Ref);
        Settle();
    }

    private async Task CancelAsync()
    {
        await _cancel.CancelAsync();
        Settle();
    }

    /// <summary>What it ends with; its actor is gone then.</summary>
    private Task<object> EndOf(TestCall call)
    {
        UntilTerminated(_grave);
        Assert.True(call.IsDone);
        return call.Result;
    }

    private sealed class TestCall : INodeLine
    {
        private readonly NodeCallActorTests _spec;
        private readonly NodeCall<object> _call;

        public TestCall(
            NodeCallActorTests spec,
            object? question,
            object? last = null,
            object? cancelQuestion = null,
            TimeSpan? patience = null)
        {
            _spec = spec;
            _call = new NodeCall<object>(spec._node.Ref, question, answer => Take(answer, last ?? "answer"), spec._cancel.Token)
            {
                CancelQuestion = cancelQuestion,
                Patience = patience,
            };
            Result = _call.RunAsync(this);
            spec._grave.Watch(Actor);
            spec.Settle();
        }

        public Task<object> Result { get; }

        public IActorRef Actor => _call.Caller!;

        public bool IsDone => _call.IsDone;

        public void Begin(NodeCall call) => call.Caller = _spec.Top(NodeCallActor.Props(call), "call");

        public void Cancel(NodeCall call) => new LiveLine(_spec.Sys).Cancel(call);

        public void Tell(IActorRef actor, object message) => actor.Tell(message);

        private static object? Take(object answer, object last) => answer switch
        {
            "refused" => throw new NodeException("refused"),
            "trouble" => throw new InvalidOperationException("the caller's own"),
            _ => answer.Equals(last) ? answer : null,
        };
    }
}
