namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Keeps a run over time in a bounded number of moments: when there are too many, every other one goes.</summary>
internal sealed class ScenarioSamples
{
    public const int Most = 480;
    private readonly List<ScenarioSample> _samples = [];
    private TimeSpan _every = TimeSpan.FromMilliseconds(50);

    public IReadOnlyList<ScenarioSample> All => _samples;

    public TimeSpan NextAt { get; private set; }

    public void Add(ScenarioSample sample)
    {
        if (_samples.Count > 0 && _samples[^1].At == sample.At)
        {
            _samples[^1] = sample;
            return;
        }

        if (_samples.Count == Most)
        {
            var kept = _samples.Where((_, index) => index % 2 == 0).ToArray();
            _samples.Clear();
            _samples.AddRange(kept);
            _every *= 2;
        }

        _samples.Add(sample);
        NextAt = sample.At + _every;
    }
}
