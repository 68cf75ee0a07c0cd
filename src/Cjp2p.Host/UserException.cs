namespace Cjp2p.Host;

/// <summary>Something that the user has to know and can do something about: one line, and the exit code of the process.</summary>
internal sealed class UserException : Exception
{
    private UserException(string line, int exitCode, Exception? cause) : base(line, cause) => ExitCode = exitCode;

    /// <summary><see cref="ExitCodes.Failed"/> or <see cref="ExitCodes.WrongArguments"/>.</summary>
    public int ExitCode { get; }

    /// <summary>What <c>--json</c> prints of it, where that is more than the line.</summary>
    public Commands.ErrorReport? Report { get; set; }

    /// <summary>It could not be done: the world is not as it had to be.</summary>
    public static UserException Failed(string line, Exception? cause = null) => new(line, ExitCodes.Failed, cause);

    /// <summary>The command line itself is wrong.</summary>
    public static UserException WrongArguments(string line) => new(line, ExitCodes.WrongArguments, null);
}
