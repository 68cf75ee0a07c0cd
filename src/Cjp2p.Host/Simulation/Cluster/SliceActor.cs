using Akka.Actor;
using Akka.Cluster.Sharding;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>
/// The entity of a slice: a shard of simulated nodes, on whichever process the cluster put it. It answers each call, and
/// stops for none: what goes wrong is the answer.
/// </summary>
internal sealed class SliceActor : UntypedActor
{
    private LocalSlice? _slice;

    public static Props Props() => Akka.Actor.Props.Create<SliceActor>().WithDispatcher("cjp2p.simulation.slice-dispatcher");

    protected override void OnReceive(object message)
    {
        if (message is not SliceCall call)
        {
            Unhandled(message);
            return;
        }

        SliceAnswer answer;
        try
        {
            answer = new SliceAnswer("", Do(call));
        }
        catch (Exception e)
        {
            answer = new SliceAnswer($"slice {call.Slice}: {e.Message.ReplaceLineEndings(" ")}", []);
        }

        Sender.Tell(answer);
    }

    protected override void PostStop() => _slice?.Dispose();

    private byte[] Do(SliceCall call)
    {
        switch (call.Verb)
        {
            case SliceVerb.Begin when _slice is null:
                var begin = SliceCodec.ReadBegin(call.Body);
                if (begin.Build != SliceBegin.OwnBuild)
                    throw new InvalidOperationException("another build of the program runs there");
                var scenario = ScenarioFile.Read(begin.Scenario, begin.Name, begin.Name);
                _slice = new LocalSlice(scenario, begin.Seed, new ScenarioSlice(begin.Number, begin.Of));
                return [];
            case SliceVerb.Advance when _slice is not null:
                return SliceCodec.Write(_slice.Advance(SliceCodec.ReadStep(call.Body)));
            case SliceVerb.Finish when _slice is not null:
                return SliceCodec.Write(_slice.Finish(SliceCodec.ReadNames(call.Body)));
            default:
                // The entity was started anew: what it played is gone.
                throw new InvalidOperationException("its world is gone");
        }
    }

    /// <summary>A shard for each slice.</summary>
    public sealed class Extractor : HashCodeMessageExtractor
    {
        public Extractor() : base(ClusterNode.SlicesMax)
        {
        }

        public override string EntityId(object message) => message is SliceCall call ? Text(call.Slice) : null!;

        public override string ShardId(string entityId, object? messageHint = null) => entityId;

        private static string Text(int slice) => slice.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
