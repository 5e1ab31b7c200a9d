using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Execution;

/// <summary>A worker at work: one that this process started, or one that it found again.</summary>
internal sealed class WorkerHandle(Process process, bool isChild) : IDisposable
{
    public bool HasExited => process.HasExited;

    /// <summary>Whether the way in which it ended can be known; of a worker that was found again only that it is gone.</summary>
    public bool LeavesCause => isChild;

    /// <summary>Why a worker that said nothing ended, in words that say what to do.</summary>
    public string Cause =>
        !isChild
            ? "The worker disappeared while the application was restarted. Start the run again."
            : process.ExitCode switch
            {
                137 =>
                    "The worker was killed (SIGKILL). If nobody did that, memory ran out: use a smaller batch size or a smaller backbone.",
                139 => "The worker crashed inside libtorch (SIGSEGV). If it happens again, use a smaller batch size and report it "
                    + "with the log.",
                134 =>
                    "The worker stopped itself inside libtorch (SIGABRT); the log says more. If memory ran out, use a smaller batch size.",
                143 => "The worker was told to stop (SIGTERM).",
                var code => $"The worker ended unexpectedly with code {code}. The log says more.",
            };

    public static WorkerHandle Start(WorkerLocator locator, RunFolder folder, DataRoot data) =>
        new(Process.Start(locator.Start("run", folder.Path, "--data-folder", data.Path))!, isChild: true);

    /// <summary>The worker that a run folder names, if it still lives; process ids are reused, so its start time must match.</summary>
    public static WorkerHandle? Find(RunFolder folder)
    {
        if (!File.Exists(folder.WorkerProcess))
            return null;
        try
        {
            WorkerProcessRecord record = JsonSerializer.Deserialize<WorkerProcessRecord>(
                File.ReadAllText(folder.WorkerProcess),
                ProtocolJson.Line
            )!;
            Process process = Process.GetProcessById(record.ProcessId);
            return (process.StartTime.ToUniversalTime() - record.StartTime).Duration() < TimeSpan.FromSeconds(2)
                ? new WorkerHandle(process, isChild: false)
                : null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception or JsonException)
        {
            return null;
        }
    }

    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    public void Dispose() => process.Dispose();
}
