namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>No table of a node holds more than the settings allow, at any time.</summary>
public sealed class TableCaps : SimInvariant
{
    /// <inheritdoc/>
    public override string Name => "table caps";

    /// <inheritdoc/>
    public override string? Check(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        foreach (var machine in world.Machines)
        {
            if (machine.Services is not { } node)
                continue;
            var settings = node.Settings;
            var what = Above("verified peers", node.PeerTable?.Verified ?? 0, settings.Peers.PeersMax)
                ?? Above("hearsay", node.PeerTable?.Hearsay ?? 0, settings.Peers.HearsayMax)
                ?? Above("queued hearsay", node.PeerTable?.HearsayQueued ?? 0, settings.Peers.HearsayMax * 2)
                ?? Above("peers told to others", node.PeerSample.Length, settings.Peers.ReplyPeersMax)
                ?? Above("cookies of others", node.Jar.Count, settings.Cookies.KeptMax)
                ?? Above("running downloads", node.Routes.IsEmpty ? 0 : node.Routes.Count, settings.Downloads.RunningMax)
                ?? Above("chunks in flight", node.Flight.InFlight, settings.Downloads.FlightMaxChunks)
                ?? Above("names of unknown messages", node.Unknown.Names, settings.Wire.UnknownNamesMax)
                ?? Above("messages to the registry", node.RegistryBacklog.Count, node.RegistryBacklog.Most)
                ?? Above("messages to the server", node.ServerBacklog.Count, node.ServerBacklog.Most)
                ?? Above("suggested sources", node.SuggestionBacklog.Count, node.SuggestionBacklog.Most);
            if (what != null)
                return $"{machine.Name}: {what}";
        }

        return null;
    }

    private static string? Above(string table, int count, int most) => count > most ? $"{count} {table}, at most {most}" : null;
}
