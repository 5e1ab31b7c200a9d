using System.Runtime.InteropServices;

namespace BlazorTransfer.Worker;

/// <summary>Turns SIGTERM, and Ctrl+C where a person is there to press it, into a cancellation: the default would end the process before it
/// could clean up and say so. Ctrl+\ (Ctrl+Break on Windows) asks a run to stop early and keep its best epoch.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="cancel">What is cancelled.</param>
    /// <param name="atConsole">Whether the keyboard counts.</param>
    /// <param name="stop">What Ctrl+\ requests; null where nothing can stop early.</param>
    public Interruption(CancellationTokenSource cancel, bool atConsole, CancellationTokenSource? stop = null)
    {
        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            cancel.Cancel();
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop!.Cancel();
        }

        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel));
        if (atConsole)
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel));
        if (atConsole && stop is not null)
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop));
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }
}
