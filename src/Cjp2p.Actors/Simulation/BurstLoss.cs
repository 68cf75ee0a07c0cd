namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Loss in bursts, after Gilbert and Elliott: a link is in a good or a bad state, and each packet may change it. Losses in
/// the good state are <see cref="LinkSettings.Loss"/>.
/// </summary>
/// <param name="GoodToBad">Chance that a packet turns a good link bad; the mean length of a good time is 1 / this.</param>
/// <param name="BadToGood">Chance that a packet turns a bad link good; the mean length of a burst is 1 / this.</param>
/// <param name="LossInBad">Chance that a packet is lost while the link is bad.</param>
public sealed record BurstLoss(double GoodToBad, double BadToGood, double LossInBad = 1)
{
    /// <summary>The share of packets that meet a bad link, in the long run.</summary>
    public double BadShare => GoodToBad + BadToGood == 0 ? 0 : GoodToBad / (GoodToBad + BadToGood);
}
