using Cjp2p.Actors.Inspection;

namespace Cjp2p.Actors.Content;

/// <summary>What came of asking for a content that nobody has given yet.</summary>
public static class SearchOutcome
{
    /// <summary>In words.</summary>
    /// <param name="asked">Addresses asked so far.</param>
    /// <param name="answered">Those that answered something, but did not have it.</param>
    /// <param name="unreachable">Those that nothing could be sent to from where the node listens.</param>
    public static string Describe(int asked, int answered, int unreachable)
    {
        if (asked == 0)
            return "nobody has been asked yet";
        if (answered > 0)
        {
            return answered == asked
                ? "nobody who was asked has it"
                : $"nobody who was asked has it: {Amounts.Count(answered, "address", "addresses")} of {asked} answered";
        }

        if (unreachable == asked)
        {
            return asked == 1
                ? "nothing can be sent to the one address that was to be asked from where the node listens"
                : $"nothing can be sent to the {asked} addresses that were to be asked from where the node listens";
        }

        return asked == 1
            ? "the one address that was asked has not answered"
            : $"{asked} addresses were asked, none has answered yet";
    }
}
