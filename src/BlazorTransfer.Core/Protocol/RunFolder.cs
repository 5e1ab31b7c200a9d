using System.Text.Json;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// The contract between the web process and a worker: a folder. <c>job.json</c> goes in; events, checkpoints, artifacts and
/// a log come out; a file named <c>cancel</c> asks the worker to end, and one named <c>stop</c> asks it to end with the best epoch's model.
/// </summary>
public sealed class RunFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);
    public string Job => In("job.json");
    public string Events => In("events.jsonl");

    /// <summary>What <see cref="RunEventTail.CutOffDamage"/> moved out of <see cref="Events"/>.</summary>
    public string DamagedEvents => In("events.damaged");

    /// <summary>Events by which people named and annotated the run, numbered on their own. Only the web process writes here.</summary>
    public string Annotations => In("annotations.jsonl");

    /// <summary>What <see cref="RunEventTail.CutOffDamage"/> moved out of <see cref="Annotations"/>.</summary>
    public string DamagedAnnotations => In("annotations.damaged");

    /// <summary>Human-readable standard output and error of the worker.</summary>
    public string WorkerLog => In("worker.log");

    /// <summary>Open for one process only, the one that may write here. See <see cref="RunLock"/>.</summary>
    public string Lock => In("worker.lock");

    /// <summary>Where a worker counts. See <see cref="Protocol.Heartbeat"/>.</summary>
    public string Heartbeat => In("heartbeat");

    /// <summary>Process id and start time of the running worker and the number of its attempt, so that a restarted web process finds it
    /// again.</summary>
    public string WorkerProcess => In("worker.json");

    /// <summary>The last attempt to execute the run: which launcher started it, how that finds it again, and its number.</summary>
    public string Attempt => In("attempt.json");
    public string CancelRequest => In("cancel");
    public string StopRequest => In("stop");
    public string Checkpoints => In("checkpoints");

    /// <summary>Downloads: one file for each export, named by the exporter.</summary>
    public string Artifacts => In("artifacts");
    public string BestCheckpoint => System.IO.Path.Combine(Checkpoints, "best.safetensors");

    /// <summary>The downloadable model package of a finished run.</summary>
    public string ModelPackage => System.IO.Path.Combine(Artifacts, "model.zip");

    /// <summary>Images of source and target on a plane, for a run that has both.</summary>
    public string Embedding => System.IO.Path.Combine(Artifacts, "embedding.json");

    /// <summary>How much each image of the source counted, for a run whose method weighs them.</summary>
    public string InstanceWeights => System.IO.Path.Combine(Artifacts, "instance-weights.json");

    public bool CancelRequested => File.Exists(CancelRequest);

    public void Create()
    {
        DurableFile.CreateFolder(Checkpoints);
        DurableFile.CreateFolder(Artifacts);
    }

    /// <summary>Asks the worker to stop. The first request counts.</summary>
    /// <returns>The request as it lies in the folder.</returns>
    public RunCancelRequested RequestCancel(DateTimeOffset time)
    {
        if (ReadCancelRequest() is { } earlier)
            return earlier;
        var request = new RunCancelRequested { Time = time };
        AtomicFile.WriteAllText(CancelRequest, JsonSerializer.Serialize<RunEvent>(request, ProtocolJson.Line));
        return request;
    }

    /// <summary>The request to cancel, without a number; null where there is none. An empty file, as earlier versions wrote it, counts
    /// from its own time.</summary>
    public RunCancelRequested? ReadCancelRequest() =>
        !CancelRequested
            ? null
            : ProtocolJson.TryRead<RunEvent>(CancelRequest) as RunCancelRequested
                ?? new RunCancelRequested { Time = new DateTimeOffset(File.GetLastWriteTimeUtc(CancelRequest)) };

    /// <summary>Asks the worker to stop early and keep the best epoch. The first request counts.</summary>
    /// <param name="time">Time of the request.</param>
    /// <param name="by">Name of the account.</param>
    /// <returns>The request as it lies in the folder.</returns>
    public RunStopRequested RequestStop(DateTimeOffset time, string? by)
    {
        if (ReadStopRequest() is { } earlier)
            return earlier;
        var request = new RunStopRequested { Time = time, By = by };
        AtomicFile.WriteAllText(StopRequest, JsonSerializer.Serialize<RunEvent>(request, ProtocolJson.Line));
        return request;
    }

    /// <summary>The request to stop early, without a number; null where there is none. An empty file, as somebody on the command line
    /// makes it, counts from its own time.</summary>
    public RunStopRequested? ReadStopRequest() =>
        !File.Exists(StopRequest)
            ? null
            : ProtocolJson.TryRead<RunEvent>(StopRequest) as RunStopRequested
                ?? new RunStopRequested { Time = new DateTimeOffset(File.GetLastWriteTimeUtc(StopRequest)) };

    /// <summary>The requests that wait for the worker, without numbers.</summary>
    public IReadOnlyList<RunEvent> ReadRequests() => [.. new RunEvent?[] { ReadStopRequest(), ReadCancelRequest() }.OfType<RunEvent>()];

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
