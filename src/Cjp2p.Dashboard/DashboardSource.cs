using System.Collections.Immutable;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;
using Cjp2p.Dashboard.Worlds;
using Microsoft.AspNetCore.Http;

namespace Cjp2p.Dashboard;

/// <summary>What the page shows.</summary>
/// <param name="Node">The node, as soon as it is up; of a simulated world the one with that number.</param>
/// <param name="Ended">Downloads that have ended, the last one first.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="MayAct">Whether whoever made a request may change something.</param>
/// <param name="World">The simulated world that is looked at; null: a live node is.</param>
public sealed record DashboardSource(
    Func<int, CancellationToken, ValueTask<Cjp2pNode>> Node,
    Func<ImmutableArray<EndedRow>> Ended,
    string Version,
    Func<HttpContext, bool> MayAct,
    WorldDriver? World = null);

/// <summary>A download that has ended.</summary>
/// <param name="Id">The content.</param>
/// <param name="Path">Its target.</param>
/// <param name="EndedAt">When.</param>
/// <param name="IsFinished">Whether the content is verified and in place.</param>
/// <param name="Reason">Why it is not; empty: it is.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record EndedRow(
    ContentId Id, string Path, DateTimeOffset EndedAt, bool IsFinished, string Reason, long LengthBytes, double Seconds);
