namespace BlazorTransfer.Web.Storage;

/// <summary>Keeps other processes out of the data folder, which LiteDB on Linux does not.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>
    /// Takes the lock, with some patience: the one before may be at its end, and on Linux a process that is just being started holds
    /// a copy of its parent's files between fork and exec, so that a lock outlives its release by some milliseconds.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another process has it.</exception>
    public static DataFolderLock Take(DataFolder folder, TimeProvider clock)
    {
        for (long start = clock.GetTimestamp(); ; )
        {
            try
            {
                return new DataFolderLock(new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (clock.GetElapsedTime(start) < Patience)
            {
                Task.Delay(Pause, clock).Wait();
            }
            catch (IOException e)
            {
                throw new InvalidOperationException(
                    $"The data folder {folder.Root} is in use by another BlazorTransfer. Stop that one, or name another folder "
                        + "with BLAZORTRANSFER_DataFolder.",
                    e
                );
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
