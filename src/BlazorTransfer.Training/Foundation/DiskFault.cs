namespace BlazorTransfer.Training.Foundation;

/// <summary>Faults of the disk, for caches, which are never worth a run.</summary>
internal static class DiskFault
{
    /// <summary>True if the disk is full, read-only or gone, or another worker has the file at the moment.</summary>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;
}
