using System.Runtime.InteropServices;

namespace BlazorTransfer.Worker;

/// <summary>Turns SIGTERM, and Ctrl+C where a person is there to press it, into a cancellation: the default would end the process before it
/// could clean up and say so.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="cancel">What is cancelled.</param>
    /// <param name="atConsole">Whether Ctrl+C counts.</param>
    public Interruption(CancellationTokenSource cancel, bool atConsole)
    {
        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            cancel.Cancel();
        }

        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel));
        if (atConsole)
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel));
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }
}
