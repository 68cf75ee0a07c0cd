using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Content;

// Whom to ask, whom to believe, whom to leave alone.
internal sealed partial class DownloadActor
{
    private void AddSource(in PeerAddress address, SourceOrigin origin)
    {
        if (_byAddress.ContainsKey(address) || address.Port == 0 || _node.AddressPolicy.Own.Contains(address)
            || _node.Bans.Holds(address))
            return;
        if (_sources.Count >= _settings.SourcesMax)
        {
            _sourcesRefused++;
            if (!MakeRoom(origin))
                return;
        }

        var source = new DownloadSource(
            new SourceSlot(_nextSource++, address),
            origin,
            new TransferWindow(
                Math.Clamp(_settings.WindowInitial, _settings.WindowMin, _settings.WindowMax),
                _settings.WindowMin,
                _settings.WindowMax,
                _node.Probes),
            new RequestSize(_settings.RequestBytesMax))
        {
            ProbeAt = Now,
        };
        _sources.Add(source);
        _byAddress.Add(address, source);
        _byNumber.Add(source.Slot.Number, source);
        _route.Add(source.Slot);
    }

    // One that never answered goes first; a named one only for a named one.
    private bool MakeRoom(SourceOrigin origin)
    {
        var least = _sources
            .Where(source => !source.HasAnswered && (source.Origin != SourceOrigin.Named || origin == SourceOrigin.Named))
            .MaxBy(source => source.Probes);
        if (least is null)
            return false;
        RemoveSource(least);
        return true;
    }

    private void RemoveSource(DownloadSource source)
    {
        GiveUp(source);
        _sources.Remove(source);
        _byAddress.Remove(source.Address);
        _byNumber.Remove(source.Slot.Number);
        _route.Remove(source.Slot);
        _node.Flight.Release(source.Window.InFlight);
        WithdrawClaim(source);
    }

    // What the only one who said so claims stays believed when it falls silent: it may come back. With others who say
    // something else it is not worth holding on to.
    private void WithdrawClaim(DownloadSource source)
    {
        if (_vote.IsContested && _vote.Withdraw(source.Address))
            OnLengthChanged();
    }

    private void Ban(DownloadSource source, string reason)
    {
        _log.Warning("Source {Peer} is not asked for {ContentId} any more: {Reason}", source.Address, _start.Id, reason);
        source.Standing = SourceStanding.Banned;
        source.BannedFor = reason;
        _node.Sources.Remove(_start.Id, source.Address);
        GiveUp(source);
        _route.Remove(source.Slot);
        if (_vote.Withdraw(source.Address))
            OnLengthChanged();
    }

    // Guilt was proven as far as a hash can: but a line that flips bits, or a disk over there that rots and is mended, looks
    // like a liar. When nobody else is left it is asked once more.
    private void Forgive(DownloadSource source)
    {
        _log.Info("Source {Peer} is asked once more for {ContentId}: nobody else is left", source.Address, _start.Id);
        source.Standing = SourceStanding.Resting;
        source.BannedUntil = TimeSpan.MaxValue;
        source.Mismatches = _settings.MismatchesMax - 1;
        source.Probes = 0;
        source.ProbeAt = Now;
        _route.Add(source.Slot);
    }

    private void Rest(DownloadSource source)
    {
        source.Failures++;
        source.UselessInRow = 0;
        source.Standing = SourceStanding.Resting;
        source.Probes = 0;
        source.ProbeAt = Now + Min(_settings.Retry.Pause(source.Failures, _random.NextDouble()), PauseMax(source));
        source.Window.Collapse();
        GiveUp(source);
        if (source.Failures >= FailuresBelieved && IsAnotherLengthHeard())
            WithdrawClaim(source);
    }

    // One that delivered comes back sooner than it is worth waiting for long: a short outage shall not become a long one.
    private TimeSpan PauseMax(DownloadSource source)
    {
        var most = source.Chunks == 0 ? TimeSpan.MaxValue : Max((Now - source.HeardAt) / 32, PauseOfProvenMin);
        return Min(most, _settings.Retry.PauseMax);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    // What it was asked for may be asked of others.
    private void GiveUp(DownloadSource source)
    {
        foreach (var span in _spans.Values)
        {
            if (span.Outstanding.GetValueOrDefault(source.Slot.Number) > 0)
                span.Actor.Tell(new ChunkRequestProtocol.SourceGone(source.Slot.Number));
        }

        // What only it was to be asked is asked of somebody else.
        foreach (var (number, span) in _spans.Where(pair => pair.Value.Auditor == source.Slot.Number).ToArray())
        {
            Context.Stop(span.Actor);
            Close(number, span, SpanStatus.Missing);
        }
    }

    private void ProbeDue()
    {
        var now = Now;
        for (var i = 0; i < _sources.Count; i++)
        {
            var source = _sources[i];
            if (source.Standing == SourceStanding.Banned && source.BannedUntil <= now
                && !_sources.Exists(other => other.Standing == SourceStanding.Active))
                Forgive(source);
            if (source.Standing is SourceStanding.Active or SourceStanding.Banned || source.ProbeAt > now)
                continue;
            if (source.Origin != SourceOrigin.Named && source.Probes >= _settings.SuggestedProbesMax)
            {
                RemoveSource(source);
                i--;
            }
            else
            {
                Probe(source);
            }
        }
    }

    private void Probe(DownloadSource source)
    {
        source.Slot.AwaitsAnswer = true;
        source.ProbedAt = Now;
        source.Probes++;
        source.ProbeAt = Now + _settings.Retry.TimeoutUnknown * Math.Pow(2, Math.Min(source.Probes - 1, 10));
        var pauseMax = PauseMax(source);
        if (source.ProbeAt - Now > pauseMax)
            source.ProbeAt = Now + pauseMax;
        // An answer that fits one packet arrives on every way.
        Ask(source, RequestSize.OnePacketBytes);
    }

    private void Ask(DownloadSource source, int bytes)
    {
        using var batch = _node.Transports.RentFor(source.Address);
        source.IsUnreachable = batch is null;
        if (batch is null)
            return;
        var most = _node.Settings.Wire.DatagramBytesMax;
        var writer = new DatagramWriter(batch.Reserve(most)[..most]);
        ReplyHead.Write(ref writer, _node, source.Address, giveCookie: true, default);
        writer.TryWritePleaseSendContent(_start.Id, bytes, 0);
        batch.Commit(source.Address, writer.Finish());
    }

    private void OnSourceAnswered(DownloadProtocol.SourceAnswered answered)
    {
        if (!_byNumber.TryGetValue(answered.Source.Number, out var source) || source.Standing == SourceStanding.Banned)
            return;
        if (source.Probes == 1)
            source.RoundTrip = source.RoundTrip.Add(answered.At - source.ProbedAt);
        if (source.Probes > 0)
        {
            source.Size.OnePacketArrived(Now);
            source.FollowSize(Now);
        }

        source.Probes = 0;
        source.HasAnswered = true;
        source.HeardAt = answered.At;
        // One that delivered is not condemned for a single claim that makes no sense: anybody can send one in its name.
        if (source.Chunks > 0 && answered.Eof == 0 && !IsEmptyContent && answered.Source.EofChanges < SourceSlot.EofChangesMax)
            return;
        if (answered.Eof > _settings.LengthMaxBytes || answered.Source.EofChanges >= SourceSlot.EofChangesMax
            || (answered.Eof >= 0 && answered.Eof == 0 != IsEmptyContent))
        {
            Ban(source, "it claims an impossible length, or another one each time");
            return;
        }

        // Who could not deliver what it claims is not heard again while somebody else is believed: liars who agree would
        // otherwise outvote the honest again and again, and each time all starts over. Unless nothing moves: then who is
        // believed cannot deliver either, and the silence may have been ours.
        if (answered.Eof > 0 && (_certainLength < 0 || answered.Eof == _certainLength)
            && (_vote.Current < 0 || source.Failures < FailuresBelieved || Now - _progressAt >= _settings.StallAfter)
            && _vote.Claim(source.Address, answered.Eof))
            OnLengthChanged();
        // A Ruby node that relays does not say how long the content is; it may still deliver.
        if (_vote.Current >= 0 && (answered.Eof < 0 || answered.Eof == _vote.Current)
            && source.Standing != SourceStanding.Active)
        {
            source.Standing = SourceStanding.Active;
            _node.Sources.Add(_start.Id, source.Address);
        }

        Schedule();
    }

    private void OnSuggested(DownloadProtocol.Suggested suggested)
    {
        foreach (var address in suggested.Addresses)
        {
            if (_suggested.Count >= _settings.SuggestedMax)
            {
                _suggestedRefused++;
                return;
            }

            if (_node.AddressPolicy.Accepts(address) && !_byAddress.ContainsKey(address) && !_suggested.Contains(address))
                _suggested.Enqueue(address);
        }

        TrySuggested();
        ProbeDue();
    }

    private void TrySuggested()
    {
        _suggestionBudget = _suggestionBudget.Refill(
            _settings.SuggestedPerMinute / 60.0, _settings.SuggestedPerMinute, Now);
        while (_suggested.Count > 0 && _suggestionBudget.TryTake(out _suggestionBudget))
            AddSource(_suggested.Dequeue(), SourceOrigin.Suggested);
    }
}
