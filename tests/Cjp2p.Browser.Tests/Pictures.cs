using Cjp2p.Host.Tests.Http;
using Cjp2p.Host.Tests.Processes;
using Microsoft.Playwright;

namespace Cjp2p.Browser.Tests;

/// <summary>
/// The pictures of the documentation: each view of a page at 1600 and at 400 pixels, in light and in dark, put together as one
/// file (<c>CJP2P_IMAGES=docs/images dotnet test tests/Cjp2p.Browser.Tests --filter Pictures</c>).
/// </summary>
public sealed class Pictures(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const int Peers = 24;
    private static readonly (int Width, ColorScheme Scheme)[] Looks =
        [(1600, ColorScheme.Light), (400, ColorScheme.Light), (1600, ColorScheme.Dark), (400, ColorScheme.Dark)];

    private const string Street = """
        peers = 12
        duration = 10m
        liveness = 10m
        contents { film { size = 64MiB }, song { size = 4MiB } }
        groups {
          seeder { count = 1, link = data-centre, shares = [film, song] }
          home { link = home, fetches = [film, song], fetch-at = 1s }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    private static string Images => Environment.GetEnvironmentVariable(PicturesFactAttribute.Folder)!;

    // Single pictures, to be looked at closely.
    private static string? Singles => Environment.GetEnvironmentVariable(PicturesFactAttribute.Folder + "_SINGLES");

    public void Dispose() => _folder.Dispose();

    [PicturesFact]
    public async Task Every_view_of_a_node()
    {
        foreach (var name in (string[])["one", "two", "shared"])
            _folder.Folder(name);
        var film = _folder.File("one/film.mkv", 240 << 20, seed: 5);
        File.Copy(_folder.In("one", "film.mkv"), _folder.In("two", "film.mkv"));
        var song = _folder.File("two/song.flac", 6 << 20, seed: 6);
        _folder.File("shared/notes.pdf", 3 << 20, seed: 7);
        await using var one = await SourceAsync("one", "600KiB");
        await using var two = await SourceAsync("two", "1400KiB");
        await using var node = await ApiProcess.StartAsync(
            _folder, "--share", "shared", "--set", "peers.actor-after=1",
            "--peer", $"{await one.ListeningAsync()}", "--peer", $"{await two.ListeningAsync()}");
        await using var strangers = new Strangers(node.Node.EndPoint, Peers);
        await DownloadAsync(node, song, "song.flac");
        await Until.AnswerAsync(
            () => node.GetAsync("/api/downloads"), now => now.GetProperty("ended").GetArrayLength() == 1, Cjp2pProcess.Bound);
        await DownloadAsync(node, film, "film.mkv");
        await DownloadAsync(node, new string('1', 64), "never.iso");
        await node.ActAsync("POST", "/api/restart", new { path = "/store" });
        var pages = new List<WatchedPage>();
        foreach (var (width, scheme) in Looks)
            pages.Add(await browser.OpenAsync(node.Node.Http, "overview", width, scheme));
        // Some history for the chart.
        await pages[0].Page.WaitForTimeoutAsync(25_000);
        foreach (var view in (string[])["overview", "downloads", "peers", $"actors/downloads/{film}", "wire", "unknown", "limits"])
        {
            foreach (var page in pages)
                await page.Page.EvaluateAsync("view => { location.hash = view; }", view);
            await pages[0].Page.WaitForTimeoutAsync(4000);
            await SheetAsync(view.Split('/')[0], pages);
        }

        foreach (var page in pages)
            await page.DisposeAsync();
    }

    [PicturesFact]
    public async Task A_paused_world()
    {
        await using var simulate = Cjp2pProcess.Start(
            _folder.Root, "simulate", "--scenario", _folder.Text("street.conf", Street), "--seed", "7", "--pause-at", "2500ms", "--dashboard", "--http", "127.0.0.1:0");
        var login = new Uri((await simulate.WaitForOutputAsync(line => line.StartsWith("open ", StringComparison.Ordinal)))["open ".Length..]);
        var pages = new List<WatchedPage>();
        foreach (var (width, scheme) in Looks)
        {
            pages.Add(await browser.OpenAsync(
                new Uri(login.GetLeftPart(UriPartial.Authority)), "node-3/downloads", width, scheme, login.Query["?token=".Length..]));
        }

        await pages[0].TextAsync(".cj-state b", "paused");
        await pages[0].Page.WaitForTimeoutAsync(2000);
        await SheetAsync("simulation", pages);
        foreach (var page in pages)
            await page.DisposeAsync();
    }

    private async Task<Cjp2pProcess> SourceAsync(string folder, string upload)
    {
        var process = Cjp2pProcess.Start(
            _folder.Root, "run", "--listen", "127.0.0.1:0", "--share", folder, "--data", _folder.Folder(folder + "-data"), "--no-http", "--set", "limits.upload=" + upload);
        await process.WaitForErrorAsync(line => line.Contains("Sharing ", StringComparison.Ordinal));
        return process;
    }

    private async Task DownloadAsync(ApiProcess node, string id, string name) =>
        Assert.Equal(202, (await node.ActAsync("POST", "/api/downloads", new { id, path = _folder.In(name) })).Code);

    // A browser can make small pictures; what puts them together is one of its own canvases.
    private static async Task SheetAsync(string name, List<WatchedPage> pages)
    {
        var pictures = new List<string>();
        for (var i = 0; i < pages.Count; i++)
        {
            var picture = await pages[i].Page.ScreenshotAsync();
            pictures.Add("data:image/png;base64," + Convert.ToBase64String(picture));
            if (Singles is { } singles)
                await File.WriteAllBytesAsync(Path.Combine(singles, $"{name}-{Looks[i].Width}-{Looks[i].Scheme}.png".ToLowerInvariant()), picture);
        }

        await using var blank = await pages[0].Page.Context.Browser!.NewContextAsync();
        var sheet = await (await blank.NewPageAsync()).EvaluateAsync<string>(
            """
            async pictures => {
              const scale = 0.6, gap = 12, all = [];
              for (const source of pictures) {
                const image = new Image();
                image.src = source;
                await image.decode();
                all.push(image);
              }
              const wide = all[0].width * scale, narrow = all[1].width * scale, tall = all[0].height * scale;
              const canvas = document.createElement("canvas");
              canvas.width = wide + narrow + gap;
              canvas.height = 2 * tall + gap;
              const context = canvas.getContext("2d");
              context.fillStyle = "#808080";
              context.fillRect(0, 0, canvas.width, canvas.height);
              context.imageSmoothingQuality = "high";
              all.forEach((image, i) => context.drawImage(image, i % 2 ? wide + gap : 0, i > 1 ? tall + gap : 0, image.width * scale, image.height * scale));
              return canvas.toDataURL("image/webp", 0.5);
            }
            """,
            pictures);
        await File.WriteAllBytesAsync(Path.Combine(Images, name + ".webp"), Convert.FromBase64String(sheet[(sheet.IndexOf(',', StringComparison.Ordinal) + 1)..]));
    }
}
