namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// The right to write into a run folder: a file that is open for one process only. The system takes it back however the process ends, so it
/// needs no clock and no process id. See ADR 20.
/// </summary>
public sealed class RunLock : IDisposable
{
    // Somebody who only asks whether the folder is free has it for a moment.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the folder.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="tries">How often it is tried, 50 ms apart.</param>
    /// <exception cref="RunTakenException">Another process has it.</exception>
    public static RunLock Take(RunFolder folder, int tries = 1)
    {
        using var never = new ManualResetEventSlim();
        for (int left = tries; ; left--)
        {
            if (TryTake(folder) is { } taken)
                return taken;
            if (left <= 1)
                throw new RunTakenException("run.locked", $"Another worker has the folder of this run. Wait until it ends, or stop it.");
            // A lock tells nobody when it is free.
            never.Wait(Pause);
        }
    }

    /// <summary>Takes the folder; null where another process has it.</summary>
    public static RunLock? TryTake(RunFolder folder)
    {
        try
        {
            return new RunLock(DurableFile.Open(folder.Lock, FileMode.OpenOrCreate));
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    /// <summary>Whether a process has the folder.</summary>
    public static bool IsTaken(RunFolder folder)
    {
        if (!File.Exists(folder.Lock))
            return false;
        using RunLock? free = TryTake(folder);
        return free is null;
    }

    public void Dispose() => _file.Dispose();

    // .NET gives a file that is locked no exception of its own.
    private static bool IsHeld(IOException e)
    {
        const int windowsSharingViolation = unchecked((int)0x80070020),
            linuxTryAgain = 11,
            macTryAgain = 35;
        return e.HResult == windowsSharingViolation
            || (OperatingSystem.IsLinux() && e.HResult == linuxTryAgain)
            || (OperatingSystem.IsMacOS() && e.HResult == macTryAgain);
    }
}
