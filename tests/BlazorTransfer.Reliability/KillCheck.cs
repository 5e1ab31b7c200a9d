using System.Collections.Concurrent;
using System.Text.Json;

namespace BlazorTransfer.Reliability;

/// <summary>Compares what the application shows with what it has acknowledged.</summary>
internal sealed class KillCheck(ApiSession session, Ledger ledger, string dataFolder, string executions)
{
    private const string Interrupted = "interrupted 3 times";
    private readonly ConcurrentDictionary<string, bool> _faults = new();
    private readonly ConcurrentDictionary<string, bool> _givenUp = new();

    public ICollection<string> Faults => _faults.Keys;

    /// <summary>Imports that the application has given up, and says so, after three interruptions.</summary>
    public int GivenUp => _givenUp.Count;

    /// <summary>After a start: everything acknowledged is there once, and nothing half-made is to be seen.</summary>
    /// <param name="started">When the process was started: what is older was left by the one before.</param>
    /// <returns>True if no run is open and no job is.</returns>
    public async Task<bool> AfterStartAsync(DateTime started)
    {
        IReadOnlyList<JsonElement> projects = await session.ListAsync("/api/v1/projects");
        Once("project", projects, ledger.Projects.Keys);
        int open = 0;
        var runs = new ConcurrentBag<JsonElement>();
        var expectedRuns = ledger.Runs.Values.ToLookup(r => r.ProjectId, r => r.Id);
        var uploads = ledger.Uploads.Values.ToLookup(u => u.ProjectId);
        await Parallel.ForEachAsync(
            projects.Select(p => Text(p, "id")),
            async (id, _) =>
            {
                IReadOnlyList<JsonElement> ofProject = await session.ListAsync($"/api/v1/projects/{id}/runs");
                foreach (JsonElement run in ofProject)
                    runs.Add(run);
                Once("run", ofProject, expectedRuns[id]);
                int[] numbers = [.. ofProject.Select(r => r.GetProperty("number").GetInt32()).Order()];
                Require(
                    numbers.SequenceEqual(Enumerable.Range(1, numbers.Length)),
                    $"The {numbers.Length} runs of project {id} are not numbered from 1 on."
                );
                if (!await UploadsAsync(id, uploads[id]))
                    Interlocked.Increment(ref open);
            }
        );
        bool isIdle = open == 0 && runs.All(IsFinal);
        HashSet<string> stored = [.. runs.Select(r => Text(r, "id"))];
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(dataFolder, "runs")).Select(f => Path.GetFileName(f)))
            Require(stored.Contains(folder), $"The run folder {folder} belongs to no run.");
        // What a kill left in the folder of a run that is still at work, the run's end deletes.
        HashSet<string> openRuns = [.. runs.Where(r => !IsFinal(r)).Select(r => Path.Combine(dataFolder, "runs", Text(r, "id")))];
        foreach (
            string file in Directory
                .EnumerateFiles(dataFolder, "*.tmp", SearchOption.AllDirectories)
                .Where(f => !openRuns.Contains(Path.GetDirectoryName(f)!))
        )
            Require(LastWrite(file) >= started, $"The unfinished file {Path.GetRelativePath(dataFolder, file)} was left.");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(dataFolder, "uploads")))
            Require(LastWrite(file) >= started, $"The upload {Path.GetFileName(file)} was left.");
        return isIdle;
    }

    /// <summary>Once nothing is queued or at work any more.</summary>
    public async Task AtTheEndAsync(string project)
    {
        var runs = (await session.ListAsync($"/api/v1/projects/{project}/runs")).ToDictionary(r => Text(r, "id"));
        ILookup<string, string> executed = KillLoad.Executed(executions).ToLookup(id => id);
        foreach (AcknowledgedRun run in ledger.Runs.Values.Where(r => runs.ContainsKey(r.Id)))
            Ended(run, Text(runs[run.Id], "status"), ErrorOf(runs[run.Id]), executed[run.Id].Count());
        foreach (string id in runs.Keys.Where(id => executed[id].Count() > 1))
            Require(false, $"Run {id} was executed {executed[id].Count()} times.");
        Order();
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(dataFolder, "jobs")).Select(f => Path.GetFileName(f)))
            Require(false, $"The folder of job {folder} was left.");
        HashSet<string> datasets = [.. ledger.Uploads.Values.Select(u => u.Dataset)];
        foreach (string id in (await session.ListAsync("/api/v1/projects")).Select(p => Text(p, "id")))
            datasets.UnionWith((await session.ListAsync($"/api/v1/projects/{id}/datasets")).Select(d => Text(d, "id")));
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(dataFolder, "datasets")).Select(f => Path.GetFileName(f)))
            Require(datasets.Contains(folder), $"The folder of data set {folder} was left.");
    }

    private async Task<bool> UploadsAsync(string projectId, IEnumerable<AcknowledgedUpload> uploads)
    {
        // First, since an import that ends in between shows its data set.
        var jobs = (await session.ListAsync($"/api/v1/projects/{projectId}/jobs")).ToDictionary(j => Text(j, "id"));
        IReadOnlyList<JsonElement> datasets = await session.ListAsync($"/api/v1/projects/{projectId}/datasets");
        NoneTwice("data set", datasets);
        foreach (JsonElement dataset in datasets)
        {
            string id = Text(dataset, "id");
            int images = dataset.GetProperty("versions")[0].GetProperty("images").GetInt32();
            Require(images == 4, $"Data set {id} has {images} of its 4 images.");
            int listed = File.ReadLines(Path.Combine(dataFolder, "datasets", id, "v1.jsonl")).Count(line => line.Contains(".jpg"));
            Require(listed >= 4, $"The list of the images of data set {id} has {listed} of 4.");
        }

        HashSet<string> present = [.. datasets.Select(d => Text(d, "id"))];
        foreach (AcknowledgedUpload upload in uploads.Where(u => !present.Contains(u.Dataset)))
        {
            string state = jobs.TryGetValue(upload.Import, out JsonElement job) ? Text(job, "state") : "missing";
            if (state is "failed" && ErrorOf(job).Contains(Interrupted, StringComparison.Ordinal))
                _givenUp[upload.Import] = true;
            else
                Require(state is "queued" or "running", $"The import {upload.Import} is {state}, and its data set is not there.");
        }

        return jobs.Values.All(j => Text(j, "state") is not ("queued" or "running"));
    }

    private void Ended(AcknowledgedRun run, string status, string error, int executions)
    {
        string what = $"Run {run.Id} ({run.Behaviour}) is {status} after {executions} executions: {error}";
        if (run.LostWorker)
            return;
        if (run.CancelledAs == "cancelled" && run.Behaviour != AcknowledgedRun.Waits && executions == 0)
            Require(status == "cancelled", what);
        else if (run.CancelledAs == "cancelled" && executions > 0)
            Require(status == "cancelled" && run.Behaviour == AcknowledgedRun.Waits, what);
        else if (run.MayBeCancelled && run.Behaviour != AcknowledgedRun.Waits)
            Require(status is "cancelled" or "succeeded" or "failed", what);
        else if (run.Behaviour == AcknowledgedRun.Waits)
            Require(status == "cancelled", what);
        else
            Require(status == (run.Behaviour == "succeed" ? "succeeded" : "failed") && executions == 1, what);
    }

    /// <summary>Of two runs, the one that was acknowledged before the other was even sent is begun first.</summary>
    private void Order()
    {
        AcknowledgedRun[] begun =
        [
            .. KillLoad.Executed(executions).Distinct().Where(ledger.Runs.ContainsKey).Select(id => ledger.Runs[id]),
        ];
        AcknowledgedRun? latest = null;
        foreach (AcknowledgedRun run in begun)
        {
            if (latest is not null && run.IsBefore(latest))
                Require(false, $"Run {run.Id} was begun after run {latest.Id}, which was submitted later.");
            if (latest is null || run.Sent > latest.Sent)
                latest = run;
        }
    }

    private void Once(string kind, IReadOnlyList<JsonElement> present, IEnumerable<string> acknowledged)
    {
        NoneTwice(kind, present);
        HashSet<string> ids = [.. present.Select(p => Text(p, "id"))];
        foreach (string id in acknowledged)
            Require(ids.Contains(id), $"The acknowledged {kind} {id} is not there.");
    }

    private void NoneTwice(string kind, IReadOnlyList<JsonElement> present)
    {
        foreach (IGrouping<string, JsonElement> same in present.GroupBy(p => Text(p, "name")).Where(g => g.Count() > 1))
            Require(false, $"The {kind} '{same.Key}' is there {same.Count()} times.");
    }

    private void Require(bool holds, string fault)
    {
        if (!holds)
            _faults[fault] = true;
    }

    private static bool IsFinal(JsonElement run) => Text(run, "status") is "succeeded" or "failed" or "cancelled" or "lost";

    private static string ErrorOf(JsonElement of) => of.TryGetProperty("error", out JsonElement error) ? $"{error}" : "";

    private static string Text(JsonElement of, string property) => of.GetProperty(property).GetString()!;

    // A file that is gone meanwhile was not left.
    private static DateTime LastWrite(string file) => File.Exists(file) ? File.GetLastWriteTimeUtc(file) : DateTime.MaxValue;
}
