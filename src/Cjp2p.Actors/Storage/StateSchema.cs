using System.Collections.Immutable;

namespace Cjp2p.Actors.Storage;

/// <summary>What the tables of a node's database are, and how those of each earlier version become those of the next. Pure.</summary>
public static class StateSchema
{
    /// <summary>SQLite's application_id of our files: "CJP2" in ASCII.</summary>
    public const int ApplicationId = 0x434A5032;

    /// <summary>
    /// The steps from an empty file on: the first makes version 1, and each later one makes the version after. A step that
    /// was released is never changed.
    /// </summary>
    public static ImmutableArray<string> Steps { get; } =
    [
        """
        CREATE TABLE secret (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE peer (
          address TEXT PRIMARY KEY, verified_ms INTEGER NOT NULL, heard_ms INTEGER NOT NULL, round_trip_us INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE file (
          path TEXT PRIMARY KEY, sha256 BLOB NOT NULL, length INTEGER NOT NULL, changed INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE download (sha256 BLOB PRIMARY KEY, target TEXT NOT NULL, sources TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE ban (address TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """,
        // Downloads by hash list.
        "ALTER TABLE download ADD COLUMN by_blocks INTEGER NOT NULL DEFAULT 0;",
    ];

    /// <summary>The version that this program writes.</summary>
    public static int Version => Steps.Length;

    /// <summary>What to do with a file.</summary>
    /// <param name="applicationId">Its application_id.</param>
    /// <param name="version">Its user_version.</param>
    /// <param name="tables">Tables in it.</param>
    public static StatePlan PlanFor(int applicationId, int version, long tables)
    {
        if (applicationId == 0 && version == 0 && tables == 0)
            return new StatePlan(Steps, null);
        if (applicationId != ApplicationId)
            return new StatePlan([], "it is the database of another program");
        if (version > Version)
            return new StatePlan([], $"it was written by a later version of this program (version {version} of the tables, this one knows {Version})");
        return version < 0
            ? new StatePlan([], "its version is impossible")
            : new StatePlan([.. Steps.Skip(version)], null);
    }
}

/// <summary>What to do with a database that is there.</summary>
/// <param name="Steps">Steps that bring it up to date.</param>
/// <param name="Refusal">Why it cannot be used; null: it can.</param>
public sealed record StatePlan(ImmutableArray<string> Steps, string? Refusal);
