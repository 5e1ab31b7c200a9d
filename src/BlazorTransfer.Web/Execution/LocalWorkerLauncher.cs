using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Execution;

/// <summary>Workers as processes on this machine. They outlive this process, which finds them again.</summary>
internal sealed class LocalWorkerLauncher(
    WorkerLocator locator,
    DataFolder data,
    IOptions<BlazorTransferOptions> options,
    ILogger<LocalWorkerLauncher> log
) : IWorkerLauncher, IDisposable
{
    public const string Name = "local";
    private static readonly Message LessMemory = Message.Of("memory.smaller-batch", $"use a smaller batch size or a smaller network");

    private readonly ConcurrentDictionary<WorkerAttempt, Worker> _workers = new();

    public WorkerAttempt Start(RunFolder folder, int attempt)
    {
        string number = attempt.ToString(CultureInfo.InvariantCulture),
            free = data.MinimumFreeBytesOfRuns.ToString(CultureInfo.InvariantCulture);
        string[] arguments = ["run", folder.Path, "--data-folder", data.Paths.Path, "--attempt", number, "--minimum-free-bytes", free];
        Process process = Process.Start(locator.Start(options.Value.MaximumRunMemoryBytes, arguments))!;
        var started = new WorkerAttempt(Name, HandleOf(process), attempt);
        _workers[started] = new Worker(process, IsChild: true);
        try
        {
            AtomicFile.WriteAllText(folder.Attempt, JsonSerializer.Serialize(started, ProtocolJson.Line));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The worker itself notes its process too, so that it is found again without this file.
            log.LogWarning(e, "Attempt {Number} of the run in {Folder} could not be noted.", attempt, folder.Path);
        }

        return started;
    }

    public WorkerAttempt? Find(RunFolder folder)
    {
        // The worker's own record, and until it has written that, what was noted at its start.
        WorkerAttempt? noted = ProtocolJson.TryRead<WorkerAttempt>(folder.Attempt);
        foreach (WorkerProcessRecord? record in new[] { ProtocolJson.TryRead<WorkerProcessRecord>(folder.WorkerProcess), RecordOf(noted) })
        {
            if (record?.Find() is not { } process)
                continue;
            var attempt = new WorkerAttempt(Name, HandleOf(process), record.Attempt ?? noted?.Attempt ?? 1);
            if (!_workers.TryAdd(attempt, new Worker(process, IsChild: false)))
                process.Dispose();
            return attempt;
        }

        return null;
    }

    public WorkerState State(WorkerAttempt attempt) =>
        !_workers.TryGetValue(attempt, out Worker? worker)
            ? WorkerState.Ended(cause: null)
            : worker switch
            {
                { Process.HasExited: false } => WorkerState.Running,
                { IsChild: true } => WorkerState.Ended(WorkerEnding.Describe(worker.Process.ExitCode, LessMemory, hasLog: true)),
                // The system tells exit codes of children only.
                _ => WorkerState.Ended(cause: null),
            };

    public void Stop(WorkerAttempt attempt)
    {
        if (!_workers.TryGetValue(attempt, out Worker? worker))
            return;
        try
        {
            worker.Process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    public void Release(WorkerAttempt attempt)
    {
        if (_workers.TryRemove(attempt, out Worker? worker))
            worker.Process.Dispose();
    }

    public void Dispose()
    {
        foreach (WorkerAttempt attempt in _workers.Keys)
            Release(attempt);
    }

    // Process ids are reused; together with the start they are not.
    private static string HandleOf(Process process)
    {
        try
        {
            return JsonSerializer.Serialize(WorkerProcessRecord.Of(process), ProtocolJson.Line);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already, and nobody looks for it.
            return string.Create(CultureInfo.InvariantCulture, $"{process.Id}@ended-{Guid.NewGuid():N}");
        }
    }

    private static WorkerProcessRecord? RecordOf(WorkerAttempt? attempt)
    {
        try
        {
            return attempt?.Launcher == Name ? JsonSerializer.Deserialize<WorkerProcessRecord>(attempt.Handle, ProtocolJson.Line) : null;
        }
        catch (JsonException)
        {
            // Of an earlier version, or of a worker that had ended.
            return null;
        }
    }

    private sealed record Worker(Process Process, bool IsChild);
}
