namespace BlazorTransfer.Tests;

/// <summary>
/// The real images, weights and reference numbers that the project's own machines have beside the checkout. On a user's
/// machine they are absent, and the tests that need them are skipped, saying so.
/// </summary>
internal static class SharedFiles
{
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The full path of a file or folder below <c>shared</c>; skips the running test where it is absent.</summary>
    public static string Path(params string[] parts)
    {
        string path = System.IO.Path.Combine([RepositoryRoot, "..", "shared", .. parts]);
        Assert.SkipUnless(
            File.Exists(path) || Directory.Exists(path),
            $"Needs {System.IO.Path.Combine(["shared", .. parts])} beside the checkout, which is not here."
        );
        return System.IO.Path.GetFullPath(path);
    }

    private static string FindRepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "BlazorTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No BlazorTransfer.sln above {AppContext.BaseDirectory}.");
    }
}
