using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class EofVoteTests
{
    private readonly EofVote _vote = new();

    [Fact]
    public void First_claim_is_believed_at_once()
    {
        Assert.Equal(-1, _vote.Current);
        Assert.True(_vote.Claim(Source(1), 100));
        Assert.Equal(100, _vote.Current);
        Assert.False(_vote.IsContested);
        Assert.True(_vote.Agrees(Source(1)));
        Assert.False(_vote.Agrees(Source(2)));
    }

    [Fact]
    public void Tie_leaves_the_first_and_a_majority_overrules_it()
    {
        _vote.Claim(Source(1), 100);
        Assert.False(_vote.Claim(Source(2), 200));
        Assert.Equal(100, _vote.Current);
        Assert.True(_vote.IsContested);
        Assert.True(_vote.Claim(Source(3), 200));
        Assert.Equal(200, _vote.Current);
    }

    [Fact]
    public void Source_that_changes_its_mind_has_one_vote()
    {
        _vote.Claim(Source(1), 100);
        for (var i = 0; i < 10; i++)
            _vote.Claim(Source(2), 200 + i);
        Assert.Equal(100, _vote.Current);
    }

    [Fact]
    public void Withdrawn_claim_makes_room_for_the_next()
    {
        _vote.Claim(Source(1), 100);
        _vote.Claim(Source(2), 200);
        Assert.True(_vote.Withdraw(Source(1)));
        Assert.Equal(200, _vote.Current);
        Assert.False(_vote.IsContested);
        Assert.True(_vote.Withdraw(Source(2)));
        Assert.Equal(-1, _vote.Current);
        Assert.False(_vote.Withdraw(Source(2)));
    }

    [Fact]
    public void Refuted_length_is_not_believed_again_until_it_is_pardoned()
    {
        _vote.Claim(Source(1), 100);
        _vote.Claim(Source(2), 100);
        _vote.Claim(Source(3), 200);
        Assert.True(_vote.RefuteCurrent());
        Assert.Equal(200, _vote.Current);
        Assert.False(_vote.Claim(Source(4), 100));
        Assert.True(_vote.RefuteCurrent());
        Assert.Equal(-1, _vote.Current);
        _vote.Pardon();
        Assert.Equal(100, _vote.Current);
    }

    [Fact]
    public void Doubted_length_gives_way_to_any_other_and_comes_again_after_that()
    {
        _vote.Claim(Source(1), 100);
        _vote.Claim(Source(2), 100);
        _vote.Claim(Source(3), 200);
        Assert.True(_vote.Disagrees(Source(3)));
        Assert.False(_vote.Disagrees(Source(1)));
        Assert.False(_vote.Disagrees(Source(4)));
        Assert.True(_vote.DoubtCurrent());
        Assert.Equal(200, _vote.Current);
        Assert.True(_vote.Disagrees(Source(1)));
        Assert.True(_vote.DoubtCurrent());
        Assert.Equal(100, _vote.Current);
    }

    [Fact]
    public void Pardon_says_whether_it_changed_what_is_believed()
    {
        _vote.Claim(Source(1), 100);
        Assert.False(_vote.Pardon());
        _vote.RefuteCurrent();
        Assert.True(_vote.Pardon());
        Assert.Equal(100, _vote.Current);
    }

    [Fact]
    public void Believed_length_has_as_many_claims_as_any_other() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Bool).Array[0, 60].Sample(acts =>
        {
            var vote = new EofVote();
            var claims = new Dictionary<PeerAddress, long>();
            foreach (var (source, eof, withdraws) in acts)
            {
                var before = vote.Current;
                bool changed;
                if (withdraws)
                {
                    claims.Remove(Source(source));
                    changed = vote.Withdraw(Source(source));
                }
                else
                {
                    claims[Source(source)] = eof;
                    changed = vote.Claim(Source(source), eof);
                }

                Assert.Equal(before != vote.Current, changed);
                var counts = claims.Values.GroupBy(claim => claim).ToDictionary(group => group.Key, group => group.Count());
                Assert.Equal(counts.Count == 0, vote.Current < 0);
                if (counts.Count > 0)
                    Assert.Equal(counts.Values.Max(), counts[vote.Current]);
            }
        });

    private static PeerAddress Source(int i) => PeerAddress.FromIPv4(0x08000000 + (uint)i, 1);
}
