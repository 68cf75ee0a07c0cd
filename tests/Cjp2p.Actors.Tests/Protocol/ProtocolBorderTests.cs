using System.Net.Sockets;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>The wire language is pure: bytes in, values out. Everything else of a node may know it; it knows nothing.</summary>
public sealed class ProtocolBorderTests
{
    private static readonly Architecture Architecture =
        new ArchLoader().LoadAssemblies(typeof(DatagramReader).Assembly, typeof(ProtocolBorderTests).Assembly).Build();

    [Fact]
    public void Protocol_knows_no_akka_no_sockets_no_files_and_nothing_else_of_the_node()
    {
        IType[] protocol = [.. Architecture.Types.Where(type => type.FullName.StartsWith("Cjp2p.Actors.Protocol.", StringComparison.Ordinal))];
        Assert.Contains(protocol, type => type.Name == nameof(DatagramReader));
        Assert.Contains(protocol, type => type.Name == nameof(PleaseSendPeers));
        Assert.InRange(protocol.Length, 30, 200);
        Assert.Empty(protocol.SelectMany(Violations));
    }

    [Fact]
    public void The_rule_sees_what_it_forbids()
    {
        IType trespasser = Architecture.Types.Single(type => type.Name == nameof(Trespasser));
        string[] violations = [.. Violations(trespasser)];
        Assert.Contains(violations, v => v.EndsWith("Akka.Actor.IActorRef", StringComparison.Ordinal));
        Assert.Contains(violations, v => v.EndsWith("System.Net.Sockets.Socket", StringComparison.Ordinal));
        Assert.Contains(violations, v => v.EndsWith("System.IO.File", StringComparison.Ordinal));
        Assert.Contains(violations, v => v.EndsWith("System.IO.FileStream", StringComparison.Ordinal));
        Assert.Contains(violations, v => v.EndsWith("Cjp2p.Actors.Content.IDisk", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Violations(IType type) => type.Dependencies
        .Select(dependency => dependency.Target.FullName)
        .Where(target => target.StartsWith("Akka.", StringComparison.Ordinal)
            || target.StartsWith("System.Net.Sockets.", StringComparison.Ordinal)
            || target.StartsWith("System.IO.", StringComparison.Ordinal)
            || (target.StartsWith("Cjp2p.Actors.", StringComparison.Ordinal)
                && !target.StartsWith("Cjp2p.Actors.Protocol.", StringComparison.Ordinal)))
        .Distinct()
        .Select(target => $"{type.FullName} -> {target}");

    /// <summary>Does all that the protocol must not, so that the rule is seen to work. Never run.</summary>
    private sealed class Trespasser(Akka.Actor.IActorRef actor, Actors.Content.IDisk disk)
    {
        public object? Field { get; } = disk;

        public void Trespass(Socket socket)
        {
            actor.GetHashCode();
            socket.Dispose();
            using FileStream stream = File.OpenRead("/nonexistent");
        }
    }
}
