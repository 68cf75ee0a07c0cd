using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>curl from nginx: TCP, sendfile, and nobody who verifies anything.</summary>
internal sealed class CurlPair : ITransferPair
{
    private readonly RivalProgram _curl;
    private readonly Process _nginx;
    private readonly int _port;
    private readonly TestFile _file;

    private CurlPair(RivalProgram curl, Process nginx, int port, TestFile file)
    {
        _curl = curl;
        _nginx = nginx;
        _port = port;
        _file = file;
    }

    /// <summary>Starts nginx, one process, and waits until it answers.</summary>
    public static async Task<ITransferPair> StartAsync(
        RivalProgram nginx, RivalProgram curl, TestFile file, CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(Path.Combine(file.Folder, "nginx")).FullName;
        var port = FreeTcpPort();
        var settings = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(
            settings,
            $$"""
            daemon off;
            master_process off;
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            pid {{folder}}/pid;
            error_log {{folder}}/error.log;
            events { }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              server { listen 127.0.0.1:{{port}}; root {{Path.GetDirectoryName(file.SourcePath)}}; }
            }
            """,
            cancel);
        var process = MeasuredProcess.StartServer(nginx.Command("-p", folder, "-c", settings));
        try
        {
            await ConnectAsync(port, process, cancel);
        }
        catch
        {
            await MeasuredProcess.EndAsync(process);
            throw;
        }

        return new CurlPair(curl, process, port, file);
    }

    /// <inheritdoc/>
    public async Task<TransferRun> FetchAsync(string target, CancellationToken cancel)
    {
        var before = MeasuredProcess.UsageOf(_nginx);
        var curl = await MeasuredProcess.RunAsync(
            _curl.Command(
                "-q", "--noproxy", "*", "--silent", "--show-error", "--fail", "--output", target,
                $"http://127.0.0.1:{_port}/{Path.GetFileName(_file.SourcePath)}"),
            cancel);
        var after = MeasuredProcess.UsageOf(_nginx);
        // It starts in a few milliseconds, and there is no running curl that could be asked.
        return new TransferRun(
            true, _file.LengthBytes, after.Processor - before.Processor, curl.Processor, after.PeakBytes, curl.PeakBytes)
        {
            Wall = curl.Wall,
            SinceStart = curl.Wall,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await MeasuredProcess.EndAsync(_nginx);

    /// <summary>A port of loopback that nobody has at the moment.</summary>
    public static int FreeTcpPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody listens there.</summary>
    private static async Task ConnectAsync(int port, Process server, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancel);
                return;
            }
            catch (SocketException) when (!server.HasExited)
            {
                await Pause.ForAsync(TimeSpan.FromMilliseconds(20), cancel);
            }
            catch (SocketException)
            {
                throw new TransferException($"{server.StartInfo.FileName} ended with {server.ExitCode} before it listened.");
            }
        }
    }
}
