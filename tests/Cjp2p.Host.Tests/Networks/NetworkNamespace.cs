using System.Diagnostics;
using System.Globalization;

namespace Cjp2p.Host.Tests.Networks;

/// <summary>A network of its own, with loopback only; what is in it reaches nobody but those that it is linked to. Gone when disposed.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static int _made;

    public NetworkNamespace()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"cjp2p-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");
        Do("ip", "netns", "add", Name);
        Ip("link", "set", "lo", "up");
    }

    public string Name { get; }

    /// <summary>Why there can be none here; null: there can.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    /// <summary>Runs <c>ip</c> inside.</summary>
    public void Ip(params string[] arguments) => Do("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs a program inside, to its end.</summary>
    public void Run(params string[] command) => Do("ip", ["netns", "exec", Name, .. command]);

    /// <summary>A cable between two, with an address at each end.</summary>
    public static void Link(NetworkNamespace a, string nameA, string addressA, NetworkNamespace b, string nameB, string? addressB)
    {
        Do("ip", "link", "add", nameA, "netns", a.Name, "type", "veth", "peer", "name", nameB, "netns", b.Name);
        a.Up(nameA, addressA);
        b.Up(nameB, addressB);
    }

    /// <summary>Gives an interface an address and lets it work.</summary>
    public void Up(string name, string? address)
    {
        if (address is not null)
            Address(name, address);
        Ip("link", "set", name, "up");
    }

    /// <summary>Adds an address to an interface.</summary>
    public void Address(string name, string address)
    {
        if (address.Contains(':', StringComparison.Ordinal))
            Ip("addr", "add", address, "dev", name, "nodad");
        else
            Ip("addr", "add", address, "broadcast", "+", "dev", name);
    }

    /// <summary>
    /// Translates addresses of what leaves by an interface, and lets in answers only, as home routers do: a mapping by
    /// endpoint, filtered by address and port.
    /// </summary>
    public void Translate(string outside)
    {
        Run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        Run("iptables", "-t", "nat", "-A", "POSTROUTING", "-o", outside, "-j", "MASQUERADE");
        Run("iptables", "-A", "FORWARD", "-i", outside, "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT");
        Run("iptables", "-A", "FORWARD", "-i", outside, "-j", "DROP");
        Run("iptables", "-A", "INPUT", "-i", outside, "-j", "DROP");
    }

    public void Dispose() => Start("ip", "netns", "del", Name).Dispose();

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux())
            return "network namespaces are a thing of Linux";
        try
        {
            Do("iptables", "--version");
            using var made = new NetworkNamespace();
            made.Run("iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "lo", "-j", "MASQUERADE");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return "no network namespace can be made here (root, iproute2 and iptables are needed): " + e.Message.ReplaceLineEndings(" ");
        }
    }

    private static void Do(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd().Trim()}");
    }

    private static Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        if (process.WaitForExit(Bound))
            return process;
        process.Kill();
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} does not end");
    }
}

/// <summary>A test that makes network namespaces; skipped, with the reason, where that cannot be done.</summary>
public sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute() => Skip = NetworkNamespace.Obstacle;
}
