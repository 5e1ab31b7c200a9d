using System.Text.RegularExpressions;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Storage;

/// <summary>Files that a process began to write and did not finish, which are worth nothing once it has ended.</summary>
internal static partial class UnfinishedFiles
{
    public static IEnumerable<string> In(string folder, SearchOption depth = SearchOption.AllDirectories) =>
        Directory.EnumerateFiles(folder, $"*{AtomicFile.TemporaryEnding}", depth).Where(file => AtomicName().IsMatch(file));

    /// <summary>Deletes those of a run, unless a worker has its folder.</summary>
    /// <returns>How many there were.</returns>
    public static int Delete(RunFolder run)
    {
        string[] found = [.. In(run.Path)];
        // Workers of earlier versions took no lock.
        if (found.Length == 0 || ProtocolJson.TryRead<WorkerProcessRecord>(run.WorkerProcess)?.Find() is not null)
            return 0;
        using RunLock? held = RunLock.TryTake(run);
        if (held is null)
            return 0;
        foreach (string file in found)
            File.Delete(file);
        return found.Length;
    }

    /// <summary>Names that <see cref="AtomicFile"/> gives, and those of unfinished backups.</summary>
    [GeneratedRegex(@"(\.[0-9a-f]{32}|Z\.db)\.tmp$")]
    private static partial Regex AtomicName();
}
