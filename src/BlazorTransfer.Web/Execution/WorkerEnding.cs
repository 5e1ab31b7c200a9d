using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Execution;

/// <summary>Says why a worker's process ended without a message of its own, and what to do next.</summary>
internal static class WorkerEnding
{
    // .NET reports the end by a signal as 128 and its number, as a shell does.
    private const int FirstSignal = 128;

    public static bool IsSignal(int exitCode) => exitCode > FirstSignal;

    /// <param name="exitCode">The process's exit code.</param>
    /// <param name="lessMemory">What uses less memory, such as <c>use a smaller batch size</c>.</param>
    /// <param name="hasLog">Whether the worker wrote a log that people can read.</param>
    public static string Describe(int exitCode, string lessMemory, bool hasLog)
    {
        string log = hasLog ? " The log says more." : "";
        return exitCode switch
        {
            137 => $"The worker was killed (SIGKILL). If nobody did that, memory ran out: {lessMemory}.",
            139 => $"The worker crashed inside libtorch (SIGSEGV). If it happens again, {lessMemory}, and report it.{log}",
            134 => $"The worker stopped itself inside libtorch (SIGABRT). If memory ran out, {lessMemory}.{log}",
            (int)WorkerExitCode.RunTaken => "The worker found the run taken: another worker has executed it, or is executing it.",
            143 => "The worker was told to stop (SIGTERM).",
            _ => $"The worker ended unexpectedly with code {exitCode}.{log}",
        };
    }
}
