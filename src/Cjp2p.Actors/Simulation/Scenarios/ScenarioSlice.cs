namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>One slice of a world that is played in several pieces: every so-manieth machine.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Of">Slices in all.</param>
public sealed record ScenarioSlice(int Number, int Of)
{
    /// <summary>Whether it plays this machine.</summary>
    public bool Plays(int machine) => machine % Of == Number;
}
