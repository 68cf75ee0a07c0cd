using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Cjp2p.Host.Output;

/// <summary>Standard output and error of the program.</summary>
internal static class Terminal
{
    private const int MarginRight = 3;
    private static readonly bool HadInput = !Console.IsInputRedirected;

    /// <summary>Whether standard output is a terminal that can be drawn on.</summary>
    public static bool CanDrawOutput => !Console.IsOutputRedirected && IsCapable;

    /// <summary>Whether the terminal that the program was started on has been closed.</summary>
    public static bool IsGone => OperatingSystem.IsWindows() || (HadInput && !HasControllingTerminal());

    /// <summary>Whether standard error is.</summary>
    public static bool CanDrawError => !Console.IsErrorRedirected && IsCapable;

    /// <summary>
    /// Leaves room at the right of what is drawn on <paramref name="console"/>: a terminal that echoes Ctrl-C as ^C would
    /// otherwise do so on the next line, and the picture would no longer be where it is thought to be. To be called
    /// before each drawing, since windows change their size.
    /// </summary>
    public static void FitWidth(IAnsiConsole console)
    {
        try
        {
            if (Console.WindowWidth > 2 * MarginRight)
                console.Profile.Width = Console.WindowWidth - MarginRight;
        }
        catch (IOException)
        {
            // It is no terminal after all; the width stays what it was.
        }
    }

    // After a terminal has been closed the device cannot be opened any more.
    private static bool HasControllingTerminal()
    {
        try
        {
            using var terminal = new FileStream("/dev/tty", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsCapable => Environment.GetEnvironmentVariable("TERM") is null
        ? OperatingSystem.IsWindows()
        : Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Writes one line to standard output; text of strangers in it is made visible.</summary>
    public static void WriteLine(string line) => Console.Out.WriteLine(Visible.Escape(line));

    /// <summary>Writes one line to standard error.</summary>
    public static void WriteErrorLine(string line) => Console.Error.WriteLine(Visible.Escape(line));

    /// <summary>Writes one JSON object as a line.</summary>
    public static void WriteJson<T>(T value, JsonTypeInfo<T> type) => WriteLine(JsonSerializer.Serialize(value, type));
}
