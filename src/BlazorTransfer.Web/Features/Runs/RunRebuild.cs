using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Makes the database's runs anew from their folders, which are the truth.</summary>
internal sealed class RunRebuild(DocumentCollection<Run> runs, DataFolder folder, ILogger<RunRebuild> log)
{
    /// <returns>How many runs there are now.</returns>
    public int Rebuild()
    {
        List<Run> found = [.. Directory.EnumerateDirectories(folder.Runs).Select(Read).OfType<Run>()];
        runs.ReplaceAll(found);
        return found.Count;
    }

    private Run? Read(string path)
    {
        try
        {
            var run = new RunFolder(path);
            RunSubmission submission = JsonSerializer.Deserialize<RunSubmission>(
                File.ReadAllText(Path.Combine(path, RunSubmission.FileName)),
                ProtocolJson.Line
            )!;
            var fresh = new Run
            {
                Id = Path.GetFileName(path),
                Submission = submission,
                Job = JobSpec.Load(run.Job),
            };
            return RunEventTail.Read(run.Events).Events.Aggregate(fresh, (state, e) => state.Apply(e));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException)
        {
            log.LogWarning("{Folder} is left out: {Reason}", path, e.Message);
            return null;
        }
    }
}
