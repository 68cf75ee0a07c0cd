namespace Cjp2p.Host;

/// <summary>Waiting with an end.</summary>
internal static class Bounded
{
    /// <summary>Whether a task ends within a time; it goes on if it does not.</summary>
    public static async Task<bool> EndsAsync(Task task, TimeSpan most)
    {
        try
        {
            await task.WaitAsync(most).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            return false;
        }
    }
}
