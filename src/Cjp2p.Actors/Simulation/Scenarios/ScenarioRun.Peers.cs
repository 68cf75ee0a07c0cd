using System.Collections.Immutable;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Simulation.Foreign;
using Cjp2p.Actors.Simulation.Hostile;

namespace Cjp2p.Actors.Simulation.Scenarios;

// Makes the peers, starts them, has them fetch.
public sealed partial class ScenarioRun
{
    private SimContent Make(ScenarioContent content)
    {
        var bytes = new byte[content.LengthBytes];
        RandomFor($"content:{content.Name}").NextBytes(bytes);
        return SimContent.Of(bytes);
    }

    private void AddPeers()
    {
        var settings = Scenario.ReadNodeSettings();
        if (_answerTimeout is { } timeout)
            settings = settings with { Inspection = settings.Inspection with { AnswerTimeout = timeout } };
        var sizes = Scenario.Sizes();
        for (var i = 0; i < sizes.Length; i++)
        {
            var group = Scenario.Groups[i];
            for (var j = 0; j < sizes[i]; j++)
                AddPeer(group, j, settings);
        }

        foreach (var group in Scenario.Groups)
        {
            var known = Scenario.Groups
                .Where(other => group.Knows.IsEmpty ? !other.Shares.IsEmpty : group.Knows.Contains(other.Name))
                .Select(other => other.Name)
                .ToHashSet();
            var addresses = _nodes.Where(node => known.Contains(node.Group.Name)).ToArray();
            var random = RandomFor($"group:{group.Name}");
            foreach (var node in _nodes.Where(node => node.Group == group))
                Prepare(node, addresses, random);
        }
    }

    private void AddPeer(ScenarioGroup group, int number, NodeSettings settings)
    {
        var nat = group.Nats.IsEmpty ? null : World.Network.AddNat(new NatSettings
        {
            Kind = group.Nats[number % group.Nats.Length],
            MappingTimeout = group.NatTimeout,
        });
        var link = group.Link;
        if (Scenario.Loss is { } loss)
        {
            // Half of it on each of the two links of a way.
            var each = 1 - Math.Sqrt(1 - loss);
            link = new AccessLink(link.Up with { Loss = each, Bursts = null }, link.Down with { Loss = each, Bursts = null });
        }

        var machine = World.AddMachine(link, nat);
        machine.Host.ReceiveBufferBytes = group.ReceiveBufferBytes;
        machine.Host.ProcessorTimePerDatagram = group.ProcessorTime;
        var node = new ScenarioNode(machine, group, settings with { Name = machine.Name }) { Link = link };
        node.Apply();
        _nodes.Add(node);
        if (_slice is not { } slice || slice.Plays(machine.Number))
            return;
        machine.Host.IsElsewhere = true;
        if (nat is not null)
            nat.IsElsewhere = true;
    }

    private void Prepare(ScenarioNode node, ScenarioNode[] known, Random random)
    {
        var group = node.Group;
        var others = known.Where(other => other != node).ToArray();
        random.Shuffle(others);
        node.Known = [.. others.Take(group.KnowsMax).OrderBy(other => other.Machine.Number)];
        if (node.IsHere)
        {
            var disk = node.Machine.Disk;
            disk.CreateFolder(ScenarioNode.DataFolder);
            disk.CreateFolder(ScenarioNode.SharedFolder);
            foreach (var name in group.Shares)
                disk.WriteSmall($"{ScenarioNode.SharedFolder}/{name}", _contents[name].Bytes.Span);
            node.User = World.Spawn(ScenarioUserActor.Props(this, node));
        }

        _yetToStart++;
        After(group.StartAt + (group.StartWithin * random.NextDouble()), () => Begin(node));
        foreach (var name in group.Fetches)
        {
            var download = new ScenarioDownload(
                node, name, _contents[name], group.FetchAt + (group.FetchWithin * random.NextDouble()));
            if (!node.IsHere)
                continue;
            node.Downloads.Add(download);
            _downloads.Add(download);
            After(download.At, () => Fetch(download));
        }
    }

    private void Begin(ScenarioNode node)
    {
        if (node.HasBegun)
            return;
        _yetToStart--;
        node.HasBegun = true;
        if (node.Downs == 0)
            Start(node);
    }

    private void Start(ScenarioNode node)
    {
        if (!node.IsHere || _hasFinished)
            return;
        // It may still be stopping.
        if (node.IsUp)
        {
            After(RestartDelay, () =>
            {
                if (node.IsWanted)
                    Start(node);
            });
            return;
        }

        if (node.Starts > 0)
            _restarts++;
        if (!node.Group.IsOurs)
        {
            StartOther(node);
            return;
        }

        var actor = node.Machine.StartNode(
            node.Settings with { Peers = node.Settings.Peers with { Bootstrap = node.Bootstrap } },
            // What nodes share, those of one slice would share only among themselves.
            _slice is null ? _buffers : null);
        node.SessionBegan(World.Now);
        actor.Tell(NodeProtocol.WhenStarted.Instance, node.User);
        foreach (var download in node.Downloads)
            Fetch(download);
    }

    private void StartOther(ScenarioNode node)
    {
        node.SessionBegan(World.Now);
        if (node.Group.Hostile is { } hostile)
        {
            var ours = _nodes.Where(other => other.Group.IsOurs).ToArray();
            RandomFor($"hostile:{node.Machine.Name}").Shuffle(ours);
            HostilePeer.Start(node.Machine, hostile, new HostileTarget(
                [.. ours.Take(VictimsMax).Select(victim => victim.Address)], [.. _contents.Values]));
            return;
        }

        node.Foreign = ForeignPeer.Start(
            node.Machine, node.Group.Foreign!.Value, [.. node.Group.Shares.Select(name => _contents[name])], node.Bootstrap);
    }

    // A foreign peer tells nobody how it goes.
    private void FetchForeign(ScenarioDownload download)
    {
        var node = download.Node;
        var holders = _nodes.Where(other => other != node && other.Group.Shares.Contains(download.Content)).ToArray();
        if (node.Foreign is not { } foreign || (node.Known.FirstOrDefault(holders.Contains) ?? holders.FirstOrDefault()) is not { } holder)
            return;
        download.Started(World.Now);
        var fetch = foreign.Fetch(download.What.Id, holder.Address);
        void Look()
        {
            download.Counted(fetch.BytesDone);
            if (fetch is { IsComplete: true, Matches: true })
            {
                download.Completed(World.Now);
                Completed++;
                Check();
            }
            else if (!fetch.IsGivenUp && Phase != ScenarioPhase.Over)
            {
                After(ForeignLooked, Look);
            }
        }

        Look();
    }

    private void Fetch(ScenarioDownload download)
    {
        var node = download.Node;
        if (!node.Group.IsOurs)
        {
            FetchForeign(download);
            return;
        }

        if (download.IsDone || download.IsRunning || download.At > World.Now || !node.IsWanted || node.Machine.Actor is not { } actor)
            return;
        download.Started(World.Now);
        actor.Tell(new DownloadProtocol.StartDownload(download.What.Id, download.Path, []), node.User);
    }
}
