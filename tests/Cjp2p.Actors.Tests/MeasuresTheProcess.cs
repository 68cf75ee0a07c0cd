namespace Cjp2p.Actors.Tests;

/// <summary>
/// Tests that measure the memory or the threads of the whole process: none of them runs while another test does. All other
/// classes run two at a time.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuresTheProcess
{
    /// <summary>For the attribute <c>Collection</c>.</summary>
    public const string Name = "measures the whole process";
}
