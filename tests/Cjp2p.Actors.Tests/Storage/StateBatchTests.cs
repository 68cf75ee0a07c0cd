using Cjp2p.Actors.Storage;
using CsCheck;

namespace Cjp2p.Actors.Tests.Storage;

public sealed class StateBatchTests
{
    [Fact]
    public void Last_change_of_a_subject_is_the_one_that_is_written()
    {
        var batch = new StateBatch(10);
        batch.Add(new StateChange.SettingChanged("a", "1"));
        batch.Add(new StateChange.SettingChanged("b", "2"));
        batch.Add(new StateChange.SettingChanged("a", null));
        Assert.Equal<StateChange>(
            [new StateChange.SettingChanged("a", null), new StateChange.SettingChanged("b", "2")], batch.Waiting);
    }

    [Fact]
    public void At_the_limit_known_subjects_still_change_and_new_ones_are_counted_out()
    {
        var batch = new StateBatch(2);
        Assert.True(batch.Add(new StateChange.SettingChanged("a", "1")));
        Assert.True(batch.Add(new StateChange.SettingChanged("b", "1")));
        Assert.False(batch.Add(new StateChange.SettingChanged("c", "1")));
        Assert.True(batch.Add(new StateChange.SettingChanged("a", "2")));
        Assert.Equal((2, 1L), (batch.Count, batch.Dropped));
        batch.Written();
        Assert.True(batch.Add(new StateChange.SettingChanged("c", "1")));
    }

    // However changes are cut into batches, what is kept in the end is the same.
    [Fact]
    public void Batches_leave_what_single_changes_leave() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]).Array[0, 40].Select(Gen.Int[1, 10]).Sample((steps, size) =>
        {
            var changes = steps.Select(step => new StateChange.SettingChanged(
                $"k{step.Item1}", step.Item2 == 0 ? null : $"{step.Item2}")).ToArray();
            var one = Fold(changes);
            var written = new List<StateChange>();
            var batch = new StateBatch(100);
            foreach (var change in changes)
            {
                batch.Add(change);
                if (batch.Count < size)
                    continue;
                written.AddRange(batch.Waiting);
                batch.Written();
            }

            written.AddRange(batch.Waiting);
            Assert.Equal(one, Fold(written.Cast<StateChange.SettingChanged>()));
        });

    private static SortedDictionary<string, string> Fold(IEnumerable<StateChange.SettingChanged> changes)
    {
        var kept = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (change.Value is { } value)
                kept[change.Key] = value;
            else
                kept.Remove(change.Key);
        }

        return kept;
    }
}
