using Akka.Actor;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// Gives a model of another implementation the life of a process on a simulated machine: it starts with the actor and
/// ends with it. Takes no messages.
/// </summary>
internal sealed class ForeignModelActor(Func<ForeignModel> make) : UntypedActor
{
    private ForeignModel? _model;

    internal static Props Props(Func<ForeignModel> make) => NodeProps.Of(() => new ForeignModelActor(make));

    protected override void PreStart()
    {
        _model = make();
        _model.Start();
    }

    protected override void PostStop() => _ = _model?.DisposeAsync().AsTask();

    protected override void OnReceive(object message) => Unhandled(message);
}
