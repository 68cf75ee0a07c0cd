using System.Text.Json.Serialization;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Dashboard;
using Cjp2p.Dashboard.Worlds;

namespace Cjp2p.Host.Http;

/// <summary>What can be asked of a simulated world through the API, and done to it: what its page has above the tabs.</summary>
internal static class WorldApi
{
    private const double SecondsMax = 10 * 365.25 * 86_400;

    /// <summary>The addresses.</summary>
    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        new("GET", "/api/world", "Where the simulated world stands.", StateAsync) { Answer = typeof(WorldDocument) },
        new("GET", "/api/world/nodes", "Its nodes, by number.", NodesAsync)
        {
            Answer = typeof(WorldNode[]),
            Query = [("find", "Only those whose name or group holds this text.")],
        },
        new("POST", "/api/world/go", "Lets virtual time pass: it is answered at once, and whether it has paused again is at /api/world.", GoAsync)
        {
            Body = typeof(WorldGoBody),
            Answer = typeof(WorldDocument),
        },
        new("POST", "/api/world/pause", "Has time stand still.", PauseAsync) { Answer = typeof(WorldDocument) },
        new("POST", "/api/world/faults", "Lets a node meet a fault, now; it is no part of the scenario.", FaultAsync) { Body = typeof(WorldFaultBody) },
    ];

    private static Task StateAsync(ApiCall call) => AnswerAsync(call, World(call));

    private static async Task NodesAsync(ApiCall call) =>
        await call.WriteAsync([.. await World(call).NodesAsync(call.Text("find")).ConfigureAwait(false)], HttpJson.Default.WorldNodeArray).ConfigureAwait(false);

    private static async Task GoAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.WorldGoBody).ConfigureAwait(false);
        call.Of = body.ToString();
        var world = World(call);
        switch (body)
        {
            case { Steps: > 0 and var steps, Seconds: null, To: null }:
                world.Step(steps);
                break;
            case { Steps: null, Seconds: > 0 and <= SecondsMax and var seconds, To: null }:
                world.RunFor(TimeSpan.FromSeconds(seconds));
                break;
            case { Steps: null, Seconds: null, To: "failure" }:
                world.RunToTrouble();
                break;
            case { Steps: null, Seconds: null, To: "end" }:
                world.RunOn();
                break;
            default:
                throw ApiCall.Bad("one of these: steps (a whole number above 0), seconds (a number above 0), to (failure or end)");
        }

        // Whoever asks where it stands from here on is told after this has begun.
        await world.NodeAsync(0).ConfigureAwait(false);
        await AnswerAsync(call, world).ConfigureAwait(false);
    }

    private static async Task PauseAsync(ApiCall call)
    {
        var world = World(call);
        world.Pause();
        await world.NodeAsync(0).ConfigureAwait(false);
        await AnswerAsync(call, world).ConfigureAwait(false);
    }

    private static async Task FaultAsync(ApiCall call)
    {
        var body = await call.ReadAsync(HttpJson.Default.WorldFaultBody).ConfigureAwait(false);
        call.Of = body.ToString();
        if (!Enum.TryParse<ScenarioFaultKind>(body.Kind, ignoreCase: true, out var kind) || !Enum.IsDefined(kind))
            throw ApiCall.Bad($"kind is one of {string.Join(", ", Enum.GetNames<ScenarioFaultKind>())}");
        if (body.Seconds is not (>= 0 and <= SecondsMax))
            throw ApiCall.Bad("seconds is a number, 0 (to the end of the safety phase) or above");
        var world = World(call);
        if (await world.NodeAsync(body.Node).ConfigureAwait(false) is not { } node)
            throw ApiCall.NotFound("there is no such node");
        if (!await world.InjectAsync(node.Number, kind, TimeSpan.FromSeconds(body.Seconds)).ConfigureAwait(false))
            throw new ApiException(409, $"{node.Name} cannot meet that now");
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static WorldDriver World(ApiCall call) => call.Get<DashboardSource>().World!;

    private static Task AnswerAsync(ApiCall call, WorldDriver world) => call.WriteAsync(WorldDocument.Of(world.State), HttpJson.Default.WorldDocument);
}

/// <summary>Where a simulated world stands.</summary>
/// <param name="IsRunning">Whether its time passes.</param>
/// <param name="NowSeconds">Virtual time since it began.</param>
/// <param name="Steps">Its steps so far.</param>
/// <param name="Phase">Where the scenario is.</param>
/// <param name="Fetches">Fetches that there will be.</param>
/// <param name="Completed">Fetches that have completed.</param>
/// <param name="Nodes">Nodes in it.</param>
/// <param name="Troubles">What did not hold, and which nodes failed: the first ones.</param>
/// <param name="Ended">Why it cannot go on; null: it can.</param>
internal sealed record WorldDocument(
    bool IsRunning, double NowSeconds, long Steps, ScenarioPhase Phase, int Fetches, int Completed, int Nodes, WorldTrouble[] Troubles, string? Ended)
{
    /// <summary>The document of a state.</summary>
    public static WorldDocument Of(WorldState state) => new(
        state.IsRunning,
        state.Now.TotalSeconds,
        state.Steps,
        state.Phase,
        state.Fetches,
        state.Completed,
        state.Nodes,
        [.. state.Troubles.Select(trouble => new WorldTrouble(trouble.Invariant, trouble.At.TotalSeconds, trouble.Step, trouble.What))],
        state.Ended.Length > 0 ? state.Ended : null);
}

/// <summary>Something that did not hold in a simulated world.</summary>
internal sealed record WorldTrouble(string Invariant, double AtSeconds, long Step, string What);

/// <summary>Lets virtual time pass: one of these.</summary>
/// <param name="Steps">So many steps.</param>
/// <param name="Seconds">So much virtual time.</param>
/// <param name="To">failure: until something does not hold; end: until it is over.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WorldGoBody(long? Steps = null, double? Seconds = null, string? To = null);

/// <summary>A fault for one node.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Kind">What goes wrong: Crash, PowerCut, Leave, Isolate, Loss ...</param>
/// <param name="Seconds">How long; 0: to the end of the safety phase, and who crashed or left stays away.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WorldFaultBody(int Node, string Kind, double Seconds = 10);
