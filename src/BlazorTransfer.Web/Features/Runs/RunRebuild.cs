using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Keeps the database's runs in step with their folders, which are the truth.</summary>
internal sealed class RunRebuild(DocumentCollection<Run> runs, DataFolder folder, RunFolderReader reader, ILogger<RunRebuild> log)
{
    /// <summary>Makes all stored runs again from their folders.</summary>
    /// <returns>How many runs there are now.</returns>
    public int Rebuild()
    {
        // What only the database knows of runs of earlier versions would be lost with it.
        Recover();
        List<Run> found = [.. folder.RunIds().Select(id => Attempt(id, () => reader.Read(id))).OfType<Run>()];
        foreach (Run deleted in found.Where(r => r.IsDeleted))
            folder.Discard(deleted.Id);
        return runs.ReplaceAll(found.Where(r => !r.IsDeleted));
    }

    /// <summary>Completes deletions that a crash interrupted, and brings runs of earlier versions up to date.</summary>
    public void Recover()
    {
        folder.SweepDiscarded();
        IReadOnlyList<Run> all = runs.All();
        TakeInOrphans([.. all.Select(r => r.Id)]);
        foreach (Run stored in all)
        {
            if (stored.IsDeleted)
            {
                folder.Discard(stored.Id);
                runs.Remove(stored.Id);
            }
            else if (
                stored.Job.Format == JobSpec.AbsoluteFormat
                && !stored.Status.HasWorker()
                && Attempt(stored.Id, () => reader.Upgrade(stored)) is { } upgraded
            )
            {
                runs.Change(stored.Id, _ => upgraded);
            }
        }
    }

    /// <summary>Stores runs that have a folder only: the application ended before they were stored, or a backup is older than they are. A
    /// folder that was never complete is deleted.</summary>
    private void TakeInOrphans(HashSet<string> stored)
    {
        foreach (string id in folder.RunIds().Where(id => !stored.Contains(id)).ToArray())
        {
            Run? orphan = Attempt(id, () => reader.Read(id));
            if (orphan is { IsDeleted: false })
                runs.Add(orphan);
            else if (orphan is not null || HasNoEvents(folder.Run(id)))
                folder.Discard(id);
        }
    }

    private static bool HasNoEvents(RunFolder run) => !File.Exists(run.Events) || new FileInfo(run.Events).Length == 0;

    private Run? Attempt(string runId, Func<Run> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            log.LogWarning("The folder of run {Run} is skipped: {Reason}", runId, e.Message);
            return null;
        }
    }
}
