using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>A disk that is full from a chosen operation in a folder on, until it is repaired.</summary>
internal sealed class FaultyDisk : IDisposable
{
    // What Linux says: ENOSPC.
    private const int NoSpace = 28;
    private readonly string _folder;
    private readonly Lock _gate = new();
    private long _left = long.MaxValue;
    private bool _isLasting;

    public FaultyDisk(string folder)
    {
        _folder = folder;
        DurableFile.Changing += Check;
    }

    /// <summary>Whether an operation has failed since the last <see cref="FailAt"/>.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Lets the n-th operation from now fail, counted from 1.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="isLasting">All that follow fail too, until <see cref="Repair"/>.</param>
    public void FailAt(int operation, bool isLasting = true)
    {
        lock (_gate)
            (_left, _isLasting, HasFailed) = (operation, isLasting, false);
    }

    public void Repair()
    {
        lock (_gate)
            _left = long.MaxValue;
    }

    public void Dispose() => DurableFile.Changing -= Check;

    private void Check(string path)
    {
        if (!path.StartsWith(_folder, StringComparison.Ordinal))
            return;
        lock (_gate)
        {
            if (--_left > 0 || (_left < 0 && !_isLasting))
                return;
            HasFailed = true;
        }

        throw new IOException($"No space left on device : '{path}'", NoSpace);
    }
}
