using System.Diagnostics;
using System.Text;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>
/// A network namespace of our own with one TUN device, some addresses on it, and one route: to the other end's network. It
/// has no other way out. A process holds it that ends when its standard input does, and so also with us; nothing of it is left then. Needs root.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const string Tun = "/dev/net/tun";
    private const string DeviceName = "path0";
    private const int NameBytes = 16;
    private const int InterfaceRequestBytes = 40;

    // Bursts of a fast sender wait here until the relay takes them; with less the device would drop what the path would not.
    private const int DeviceQueuePackets = 16_384;
    private const int MtuBytes = 1500;

    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    /// <summary>The device, for packets.</summary>
    public int Device { get; private set; } = -1;

    /// <summary>What to put before a command so that it runs in here; the process keeps its id.</summary>
    public string[] Prefix => ["nsenter", "--net=" + FilePath];

    private string FilePath => $"/proc/{_holder.Id}/ns/net";

    /// <summary>Whether this process may make any.</summary>
    /// <exception cref="TransferException">It may not.</exception>
    public static void CheckThatItMay()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists(Tun))
            throw new TransferException($"This needs root and {Tun}: it makes network namespaces, which it removes at its end.");
    }

    /// <summary>Makes one.</summary>
    /// <param name="addresses">Its addresses.</param>
    /// <param name="otherNetwork">The network of the other end.</param>
    /// <param name="cancel">Ends waiting.</param>
    /// <exception cref="TransferException">The system does not allow it.</exception>
    public static async Task<NetworkNamespace> CreateAsync(string[] addresses, string otherNetwork, CancellationToken cancel)
    {
        var holding = MeasuredProcess.Command("unshare", "--net", "sh", "-c", "echo ready; exec cat");
        holding.RedirectStandardInput = true;
        var made = new NetworkNamespace(MeasuredProcess.StartServer(holding));
        try
        {
            await MeasuredProcess.ReadLineAsync(made._holder, cancel);
            made.Device = made.Run(OpenDevice);
            var setUp = new StringBuilder("set -e; ip link set lo up; ")
                .Append($"ip link set {DeviceName} mtu {MtuBytes} txqueuelen {DeviceQueuePackets}; ")
                .Append($"echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set {DeviceName} up; ");
            foreach (var address in addresses)
                setUp.Append($"ip address add {address}/24 dev {DeviceName}; ");
            setUp.Append($"ip route add {otherNetwork} dev {DeviceName}");
            await MeasuredProcess.RunAsync(made.Command("sh", "-c", setUp.ToString()), cancel);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>A command that runs in here.</summary>
    public ProcessStartInfo Command(string program, params IEnumerable<string> arguments) =>
        MeasuredProcess.Command(Prefix[0], [Prefix[1], program, .. arguments]);

    /// <summary>Does something on a thread that is in here; sockets made there stay in here.</summary>
    public T Run<T>(Func<T> action)
    {
        var result = default(T);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                var file = NativeCalls.Check(NativeCalls.Open(FilePath, NativeCalls.CloseOnExec));
                try
                {
                    NativeCalls.Check(NativeCalls.SetNamespace(file, NativeCalls.NewNetwork));
                }
                finally
                {
                    _ = NativeCalls.Close(file);
                }

                result = action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new TransferException("In the network namespace: " + failure.Message);
    }

    /// <summary>Packets that the device dropped because the relay did not take them in time.</summary>
    public async Task<long> DroppedAsync(CancellationToken cancel)
    {
        // The folder of devices shows those of the namespace in which it was mounted, the file of /proc those of the reader.
        var devices = await MeasuredProcess.RunAsync(Command("cat", "/proc/self/net/dev"), cancel);
        var line = devices.Said.Split('\n').First(line => line.Contains(DeviceName, StringComparison.Ordinal));
        const int SentDropped = 11;
        var words = line[(line.IndexOf(':') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(words[SentDropped], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Device >= 0)
            _ = NativeCalls.Close(Device);
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private static unsafe int OpenDevice()
    {
        var device = NativeCalls.Check(
            NativeCalls.Open(Tun, NativeCalls.ReadWrite | NativeCalls.NonBlocking | NativeCalls.CloseOnExec));
        var request = stackalloc byte[InterfaceRequestBytes];
        new Span<byte>(request, InterfaceRequestBytes).Clear();
        Encoding.ASCII.GetBytes(DeviceName, new Span<byte>(request, NameBytes));
        *(short*)(request + NameBytes) = NativeCalls.IsTun | NativeCalls.NoPacketInfo;
        try
        {
            NativeCalls.Check(NativeCalls.Control(device, NativeCalls.SetInterface, request));
            return device;
        }
        catch
        {
            _ = NativeCalls.Close(device);
            throw;
        }
    }
}
