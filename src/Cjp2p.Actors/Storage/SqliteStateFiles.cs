namespace Cjp2p.Actors.Storage;

/// <summary>Copies of what a node knows.</summary>
public static class SqliteStateFiles
{
    /// <summary>Copies the state in a data folder into a file, readable by its owner alone; a node may use it meanwhile.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="target">The copy; must not exist.</param>
    /// <exception cref="IOException">There is no state, or it cannot be copied.</exception>
    public static void Backup(string folder, string target) => SqliteNodeState.Backup(folder, target);

    /// <summary>Puts a copy in the place of the state in a data folder. What was there is set aside.</summary>
    /// <param name="backup">The copy.</param>
    /// <param name="folder">The data folder; made when it is not there.</param>
    /// <param name="now">Time of day.</param>
    /// <returns>The new name of what was there; null: nothing was.</returns>
    /// <exception cref="NodeStateInUseException">A node uses the folder.</exception>
    /// <exception cref="IOException">The file is no copy of a state, or cannot be put there; then nothing has changed.</exception>
    public static string? Restore(string backup, string folder, DateTimeOffset now) => SqliteNodeState.Restore(backup, folder, now);
}
