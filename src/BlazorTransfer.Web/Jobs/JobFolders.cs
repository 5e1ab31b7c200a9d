using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Jobs;

/// <summary>A folder for each job that has not ended: files that it was given, and files that it makes on its way.</summary>
internal sealed class JobFolders(DataFolder data, ILogger<JobFolders> log)
{
    public string Of(string jobId) => data.Job(jobId);

    /// <summary>Makes the folder and moves files there; they are on the disk when this returns.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="files">Paths by the names that the job knows them by.</param>
    public void Create(string jobId, IReadOnlyDictionary<string, string> files)
    {
        string folder = Of(jobId);
        DurableFile.CreateFolder(folder);
        foreach ((string name, string path) in files)
        {
            string target = Path.Combine(folder, name);
            using (FileStream file = DurableFile.Open(path, FileMode.Open))
                file.Flush(flushToDisk: true);
            DurableFile.Move(path, target);
        }
    }

    public void Delete(string jobId)
    {
        try
        {
            if (Directory.Exists(Of(jobId)))
                Directory.Delete(Of(jobId), recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(e, "The folder of job {Job} could not be deleted; it is tried again at the next start.", jobId);
        }
    }

    /// <summary>Deletes folders of jobs that have ended, or that were never accepted.</summary>
    public void Sweep(IReadOnlySet<string> live)
    {
        foreach (string folder in Directory.EnumerateDirectories(data.Jobs))
        {
            if (!live.Contains(Path.GetFileName(folder)))
                Delete(Path.GetFileName(folder));
        }
    }
}
