using System.Text.RegularExpressions;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Storage;

/// <summary>Files that a process had not finished when it was killed. To be deleted once nobody can be writing them any more.</summary>
internal static partial class UnfinishedFiles
{
    /// <summary>Deletes those in a folder, which need not exist. What people named similarly is left alone.</summary>
    /// <returns>How many there were.</returns>
    public static int Delete(string folder, SearchOption search, ILogger log)
    {
        if (!Directory.Exists(folder))
            return 0;
        int count = 0;
        foreach (string file in Directory.GetFiles(folder, $"*{AtomicFile.TemporaryEnding}", search).Where(f => Name().IsMatch(f)))
        {
            try
            {
                File.Delete(file);
                count++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LogWarning(e, "The unfinished file {File} could not be deleted.", Path.GetFileName(file));
            }
        }

        return count;
    }

    /// <summary>Names that <see cref="AtomicFile"/> gives, and those of unfinished backups.</summary>
    [GeneratedRegex(@"(\.[0-9a-f]{32}|Z\.db)\.tmp$")]
    private static partial Regex Name();
}
