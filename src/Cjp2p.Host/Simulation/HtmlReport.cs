using Cjp2p.Actors.Simulation.Scenarios;
namespace Cjp2p.Host.Simulation;
internal static class HtmlReport { public static void Write(Stream stream, ScenarioResult result, TimeSpan wall, string command) { } }
