using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>A disk that waits before a file in a folder gets its final name.</summary>
internal sealed class PausingDisk : IDisposable
{
    private readonly string _folder;
    private readonly ManualResetEventSlim _reached;
    private readonly ManualResetEventSlim _goOn;

    public PausingDisk(string folder, ManualResetEventSlim reached, ManualResetEventSlim goOn)
    {
        (_folder, _reached, _goOn) = (folder, reached, goOn);
        DurableFile.Changing += Check;
    }

    public void Dispose() => DurableFile.Changing -= Check;

    private void Check(string path)
    {
        // The rename: the copy is complete and the gate is free.
        if (!path.StartsWith(_folder, StringComparison.Ordinal) || path.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal))
            return;
        _reached.Set();
        _goOn.Wait(TestApp.HangLimit);
    }
}
