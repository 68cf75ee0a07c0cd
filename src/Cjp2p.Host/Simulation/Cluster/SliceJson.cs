using System.Text.Json.Serialization;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>JSON between the processes of a simulation, of what is sent once in a run.</summary>
[JsonSerializable(typeof(SliceBegin))]
[JsonSerializable(typeof(SliceResult))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class SliceJson : JsonSerializerContext;
