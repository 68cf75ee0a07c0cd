using Cjp2p.Actors.Hosting;
using Microsoft.AspNetCore.Components;

namespace Cjp2p.Dashboard;

/// <summary>
/// A part of the page that is read anew again and again, at most twice a second, while it is on the screen: one that is not
/// shown does not exist, one in a tab in the background rests.
/// </summary>
public abstract class LiveView : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _closed = new();

    /// <summary>What is shown.</summary>
    [Inject]
    public required DashboardSource Source { get; set; }

    /// <summary>Who looks.</summary>
    [Inject]
    public required Viewer Viewer { get; set; }

    /// <summary>Clock of the page.</summary>
    [Inject]
    public required TimeProvider Time { get; set; }

    /// <summary>Why what is shown is old; empty: it is not.</summary>
    protected string Problem { get; private set; } = "";

    /// <summary>Whether anything was read yet.</summary>
    protected bool IsRead { get; private set; }

    /// <summary>Time between two looks.</summary>
    protected virtual TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    /// <summary>Reads what is shown.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancelled">The view was closed.</param>
    protected virtual Task ReadAsync(Cjp2pNode node, CancellationToken cancelled) => Task.CompletedTask;

    /// <summary>Finds the node that is looked at, and reads.</summary>
    /// <param name="cancelled">The view was closed.</param>
    protected virtual async Task ReadAsync(CancellationToken cancelled) =>
        await ReadAsync(await Source.Node(Viewer.NodeNumber, cancelled), cancelled);

    /// <summary>Reads at once, and shows it.</summary>
    protected async Task RefreshAsync()
    {
        try
        {
            await ReadAsync(_closed.Token);
            Problem = "";
            IsRead = true;
        }
        catch (NodeException e)
        {
            Problem = e.Message;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (!_closed.IsCancellationRequested)
            StateHasChanged();
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => _ = RunAsync();

    /// <summary>Closes the view.</summary>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the view.</summary>
    /// <param name="isDisposing">Always.</param>
    protected virtual void Dispose(bool isDisposing)
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task RunAsync()
    {
        var closed = _closed.Token;
        using var timer = new PeriodicTimer(Interval, Time);
        try
        {
            do
            {
                if (Viewer.IsVisible)
                    await RefreshAsync();
            }
            while (await timer.WaitForNextTickAsync(closed));
        }
        catch (OperationCanceledException)
        {
            // The view was closed.
        }
        catch (Exception e)
        {
            // A mistake of ours: the page shows that it is broken instead of standing still.
            await DispatchExceptionAsync(e);
        }
    }
}
