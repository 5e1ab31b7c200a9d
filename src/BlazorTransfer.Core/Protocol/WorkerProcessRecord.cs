using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Which process works on a run, the content of <c>worker.json</c>. Process ids are reused, so the start decides whether a living process
/// is the one that was meant.
/// </summary>
/// <param name="ProcessId">Its id.</param>
/// <param name="StartTime">When it started, by the system's clock.</param>
/// <param name="StartMark">When it started, by a clock that nobody sets; null in records of earlier versions, and where a system has
/// none.</param>
/// <param name="Attempt">Number of the attempt that it executes; null in records of earlier versions.</param>
public sealed record WorkerProcessRecord(int ProcessId, DateTimeOffset StartTime, string? StartMark = null, int? Attempt = null)
{
    // Both processes read the same moment, but not with the same precision.
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(2);

    /// <summary>The record of this process.</summary>
    public static WorkerProcessRecord OfThisProcess()
    {
        using Process self = Process.GetCurrentProcess();
        return Of(self);
    }

    public static WorkerProcessRecord Of(Process process) => new(process.Id, process.StartTime.ToUniversalTime(), MarkOf(process.Id));

    /// <summary>The living process that this record means; null where it has ended.</summary>
    public Process? Find()
    {
        try
        {
            Process process = Process.GetProcessById(ProcessId);
            if (IsSame(process))
                return process;
            process.Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private bool IsSame(Process process) =>
        StartMark is not null
            ? MarkOf(process.Id) == StartMark
            : (process.StartTime.ToUniversalTime() - StartTime).Duration() < StartTolerance;

    /// <summary>On Linux the start in ticks since the boot, with the boot's id. The system's clock may be set while a process
    /// lives.</summary>
    private static string? MarkOf(int processId)
    {
        const int ticksAfterName = 19;
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
                stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            // The name, which may hold anything, ends with the last parenthesis; the start is field 22 of proc(5).
            return $"{boot}/{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[ticksAfterName]}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
