using System.Diagnostics;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>The web program as a process of its own, for its commands.</summary>
internal static class WebCommand
{
    /// <summary>The assembly of the program.</summary>
    public static readonly string Program = Path.Combine(
        SharedFiles.RepositoryRoot,
        "src",
        "BlazorTransfer.Web",
        "bin",
        AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug",
        "net10.0",
        "BlazorTransfer.Web.dll"
    );

    /// <returns>The exit code, and what it wrote.</returns>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string dataFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Program)!,
        };
        start.Environment["BLAZORTRANSFER_DataFolder"] = dataFolder;
        start.Environment["BLAZORTRANSFER_Urls"] = "http://127.0.0.1:0";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TestApp.HangLimit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token),
            error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
