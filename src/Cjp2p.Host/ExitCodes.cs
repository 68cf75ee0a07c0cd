namespace Cjp2p.Host;

/// <summary>Exit codes of the program; scripts rely on them.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>It could not be done; one line on standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong, whatever the state of the world.</summary>
    public const int WrongArguments = 2;
}
