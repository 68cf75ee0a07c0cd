using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>A peer of another implementation on a simulated machine.</summary>
/// <remarks>
/// The models know nothing of our own reader, writer and rules. Where the real program would end, the reason is in
/// <see cref="Crashes"/>; where it would only suffer, in <see cref="Complaints"/>: a good neighbour causes neither.
/// </remarks>
public sealed class ForeignPeer
{
    /// <summary>The port on which all of them listen here.</summary>
    public const ushort Port = 24254;

    private readonly ForeignModel _model;

    private ForeignPeer(ForeignKind kind, ForeignModel model)
    {
        Kind = kind;
        _model = model;
    }

    /// <summary>Which implementation it is.</summary>
    public ForeignKind Kind { get; }

    /// <summary>Why the real program would have ended, oldest first.</summary>
    public IReadOnlyList<string> Crashes => _model.Crashes;

    /// <summary>What hurt the real program without ending it, oldest first.</summary>
    public IReadOnlyList<string> Complaints => _model.Complaints;

    /// <summary>It crashed and answers nobody any more.</summary>
    public bool IsDead => _model.IsDead;

    /// <summary>Starts one on a machine; it ends with the machine's top actor.</summary>
    /// <param name="machine">Where it runs.</param>
    /// <param name="kind">Which implementation.</param>
    /// <param name="contents">What it has; kinds without content ignore it.</param>
    /// <param name="peers">Whom it knows from the start (the real programs' bootstrap list).</param>
    public static ForeignPeer Start(
        SimMachine machine, ForeignKind kind, ImmutableArray<SimContent> contents, ImmutableArray<PeerAddress> peers)
    {
        ArgumentNullException.ThrowIfNull(machine);

        ForeignModel? model = null;
        machine.Start(ForeignModelActor.Props(() =>
        {
            model = Make(kind, new ForeignModelOptions
            {
                Seed = machine.Random.Next(),
                Time = machine.World.Clock,
                Peers = [.. peers.Select(peer => peer.ToEndPoint())],
                OpenWire = _ => new SimWire(machine, Port),
                ReceivedMax = 0,
            });
            foreach (var content in contents)
                Serve(model, content);
            return model;
        }));
        return new ForeignPeer(kind, model ?? throw new InvalidOperationException($"{machine.Name} could not start a {kind}."));
    }

    /// <summary>Starts to fetch a content, if this kind can.</summary>
    /// <param name="id">What.</param>
    /// <param name="source">At whom, as its user would name one.</param>
    /// <exception cref="NotSupportedException">This kind fetches nothing.</exception>
    public ForeignFetch Fetch(ContentId id, PeerAddress source) => new(_model switch
    {
        RustPeer rust => rust.Download(id.ToString(), source.ToEndPoint()),
        ScriptPeer script => script.Download(id.ToString(), source.ToEndPoint()),
        _ => throw new NotSupportedException($"{Kind} fetches nothing."),
    });

    /// <summary>Messages of one name that it received.</summary>
    public long CountReceived(string name) => _model.CountReceived(name);

    /// <summary>Messages of one name that it sent.</summary>
    public long CountSent(string name) => _model.CountSent(name);

    private static ForeignModel Make(ForeignKind kind, ForeignModelOptions options) => kind switch
    {
        ForeignKind.RustJuly => new RustJulyPeer(options),
        ForeignKind.RustMarch => new RustMarchPeer(options),
        ForeignKind.Ruby => new RubyPeer(options),
        ForeignKind.Bash => new BashPeer(options),
        ForeignKind.Haskell => new HaskellPeer(options),
        ForeignKind.PresencePython => new PresencePeer(PresenceKind.Python, options),
        ForeignKind.PresenceJavaScript => new PresencePeer(PresenceKind.JavaScript, options),
        ForeignKind.PresenceGo => new PresencePeer(PresenceKind.Go, options),
        ForeignKind.PresenceHaskell => new PresencePeer(PresenceKind.Haskell, options),
        ForeignKind.PresenceRust => new PresencePeer(PresenceKind.Rust, options),
        ForeignKind.PresenceRustSelect => new PresencePeer(PresenceKind.RustSelect, options),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static void Serve(ForeignModel model, SimContent content)
    {
        switch (model)
        {
            case RustPeer rust:
                rust.Serve(content.Id.ToString(), content.Bytes.ToArray());
                break;
            case ScriptPeer script:
                script.Serve(content.Id.ToString(), content.Bytes.ToArray());
                break;
        }
    }
}
