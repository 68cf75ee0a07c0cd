using System.Runtime.InteropServices;
using Cjp2p.Host.Output;

namespace Cjp2p.Host;

/// <summary>
/// Turns Ctrl-C, SIGTERM and SIGHUP into a cancellation. A second signal ends the process at once. A command that can read
/// its configuration again (<see cref="OnReload"/>) does so on SIGHUP, unless the terminal that it was started on is gone:
/// then the signal means that.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private volatile Action? _reload;

    public StopSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>From now on SIGHUP calls <paramref name="reload"/>, on a thread of its own, and stops nothing.</summary>
    public void OnReload(Action reload) => _reload = reload;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested)
            return;
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGHUP && _reload is { } reload && !Terminal.IsGone)
            reload();
        else
            _stop.Cancel();
    }
}
