using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>
/// Finds a Chromium for the browser tests: the one that <c>BLAZORTRANSFER_CHROMIUM</c> names, else one on the PATH, else one that
/// Playwright or the system's package manager installs now.
/// </summary>
internal static class ChromiumLocator
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];

    /// <summary>A path to hand to Playwright; null path with no reason means Playwright's own browser.</summary>
    public sealed record Result(string? Path, string? WhyNone);

    public static async Task<Result> FindOrInstallAsync()
    {
        if (Find() is { } found)
            return new Result(found, null);
        var attempts = new List<string>();
        bool isRoot = OperatingSystem.IsLinux() && Environment.UserName == "root";

        // Playwright's download retries for minutes where no network is; two minutes tell.
        string[] install = isRoot ? ["install", "--with-deps", "chromium"] : ["install", "chromium"];
        Task<int> playwright = Task.Run(() => Microsoft.Playwright.Program.Main(install));
        if (await Task.WhenAny(playwright, Task.Delay(TimeSpan.FromMinutes(2))) == playwright && await playwright == 0)
            return new Result(null, null);
        attempts.Add("'playwright install chromium' did not succeed");

        if (isRoot && File.Exists("/usr/bin/apt-get"))
        {
            if (Run("apt-get", "update", "-qq") && Run("apt-get", "install", "-y", "-qq", "chromium") && Find() is { } installed)
                return new Result(installed, null);
            attempts.Add("'apt-get install chromium' did not succeed");
        }

        return new Result(
            null,
            $"No Chromium was found on the PATH and {string.Join("; ", attempts)}. "
                + "Install Chromium, or set BLAZORTRANSFER_CHROMIUM to its path."
        );
    }

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("BLAZORTRANSFER_CHROMIUM");
        if (!string.IsNullOrEmpty(named))
            return named;
        string extension = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? ".exe" : "";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(_ => Names, (folder, name) => Path.Combine(folder, name + extension))
            .FirstOrDefault(File.Exists);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        return process.WaitForExit(TimeSpan.FromMinutes(5)) && process.ExitCode == 0;
    }
}
