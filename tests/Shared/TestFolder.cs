using System.Diagnostics;

namespace BlazorTransfer.Tests;

/// <summary>Deletes what a test left on disk.</summary>
internal static class TestFolder
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(3);

    /// <summary>Deletes a folder with its content. A process that was just stopped may still add a file, so this tries again.</summary>
    public static void Delete(string path)
    {
        var patience = Stopwatch.StartNew();
        while (Directory.Exists(path))
        {
            try
            {
#pragma warning disable RS0030 // The place that all tests use instead.
                Directory.Delete(path, recursive: true);
#pragma warning restore RS0030
            }
            catch (IOException) when (patience.Elapsed < HangLimit)
            {
                Thread.Sleep(20);
            }
        }
    }
}
