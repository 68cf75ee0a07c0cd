using Cjp2p.Actors.AntiSpoof;
using CsCheck;

namespace Cjp2p.Actors.Tests.AntiSpoof;

public sealed class ReplyBudgetTests
{
    [Fact]
    public void Reply_with_its_headers_is_at_most_twice_the_question_with_its_headers() =>
        Gen.Int[0, 65_507].Sample(bytesIn => ReplyBudget.UnverifiedBytesMax(bytesIn) + 28 == 2 * (bytesIn + 28));

    // The smallest question that can be answered at all leaves room for our cookie request, or it would never be verified.
    [Theory]
    [InlineData("""[{"PleaseSendPeers":{}}]""")]
    [InlineData("""[{"PleaseReturnThisMessage":1}]""")]
    public void Smallest_questions_leave_room_for_our_cookie_request(string question) =>
        Assert.True(
            ReplyBudget.UnverifiedBytesMax(question.Length)
            >= """[{"PleaseAlwaysReturnThisMessage":{"cookie":"0123456789abcdef"}}]""".Length);
}
