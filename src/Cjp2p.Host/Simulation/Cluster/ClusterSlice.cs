using Akka.Actor;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>A slice somewhere in the cluster.</summary>
internal sealed class ClusterSlice(ClusterNode node, int number, CancellationToken cancelled) : IScenarioSlice
{
    public Task BeginAsync(SliceBegin begin) => CallAsync(SliceVerb.Begin, SliceCodec.Write(begin));

    public async Task<SliceReport> AdvanceAsync(SliceStep step) =>
        SliceCodec.ReadReport(await CallAsync(SliceVerb.Advance, SliceCodec.Write(step)).ConfigureAwait(false));

    public async Task<SliceResult> FinishAsync(IReadOnlyList<string> reachable) =>
        SliceCodec.ReadResult(await CallAsync(SliceVerb.Finish, SliceCodec.Write(reachable)).ConfigureAwait(false));

    // No timeout: a window takes as long as it takes, and whoever is lost is reported by the cluster.
    private async Task<byte[]> CallAsync(SliceVerb verb, byte[] body)
    {
        var answer = node.Slices.Ask<SliceAnswer>(new SliceCall(number, verb, body), Timeout.InfiniteTimeSpan, cancelled);
        if (await Task.WhenAny(answer, node.LostMember).ConfigureAwait(false) != answer)
            throw UserException.Failed($"{await node.LostMember.ConfigureAwait(false)}, and with it its part of the world: nothing is left of this run");
        var (error, result) = await answer.ConfigureAwait(false);
        return error.Length == 0 ? result : throw UserException.Failed(error);
    }
}
