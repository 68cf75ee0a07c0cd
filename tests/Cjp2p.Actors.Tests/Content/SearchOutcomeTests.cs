using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Content;

public sealed class SearchOutcomeTests
{
    [Theory]
    [InlineData(0, 0, 0, "nobody has been asked yet")]
    [InlineData(1, 0, 0, "the one address that was asked has not answered")]
    [InlineData(3, 0, 0, "3 addresses were asked, none has answered yet")]
    [InlineData(3, 0, 2, "3 addresses were asked, none has answered yet")]
    [InlineData(1, 1, 0, "nobody who was asked has it")]
    [InlineData(3, 3, 0, "nobody who was asked has it")]
    [InlineData(3, 1, 1, "nobody who was asked has it: 1 address of 3 answered")]
    [InlineData(3, 2, 0, "nobody who was asked has it: 2 addresses of 3 answered")]
    [InlineData(1, 0, 1, "nothing can be sent to the one address that was to be asked from where the node listens")]
    [InlineData(2, 0, 2, "nothing can be sent to the 2 addresses that were to be asked from where the node listens")]
    public void It_tells_those_who_do_not_have_it_from_those_who_do_not_answer(int asked, int answered, int unreachable, string words) =>
        Assert.Equal(words, SearchOutcome.Describe(asked, answered, unreachable));
}
