using System.Diagnostics;

namespace BlazorTransfer.Worker.Tests;

/// <summary>The worker as scripts and the web application start it: a process of its own.</summary>
internal static class WorkerProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static Process Start(params string[] arguments) => Start([], arguments);

    public static (int Code, string Output, string Errors) Run(params string[] arguments) => Finish(Start(arguments));

    public static (int Code, string Output, string Errors) Run((string Name, string Value)[] environment, params string[] arguments) =>
        Finish(Start(environment, arguments));

    public static (int Code, string Output, string Errors) Finish(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(),
                errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Limit))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"The worker did not end within {Limit}.");
            }

            return (process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
        }
    }

    private static Process Start((string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BlazorTransfer.Worker.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
