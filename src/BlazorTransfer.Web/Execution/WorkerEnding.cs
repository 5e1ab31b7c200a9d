using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Execution;

/// <summary>Says why a worker's process ended without a message of its own, and what to do next.</summary>
internal static class WorkerEnding
{
    // .NET reports the end by a signal as 128 and its number, as a shell does.
    private const int FirstSignal = 128;

    public static bool IsSignal(int exitCode) => exitCode > FirstSignal;

    /// <param name="exitCode">The process's exit code.</param>
    /// <param name="lessMemory">What uses less memory, such as <c>use a smaller batch size</c>; part of a sentence.</param>
    /// <param name="hasLog">Whether the worker wrote a log that people can read.</param>
    public static Message Describe(int exitCode, Message lessMemory, bool hasLog)
    {
        Message ending = exitCode switch
        {
            137 => Message.Of("worker.killed", $"The worker was killed (SIGKILL). If nobody did that, memory ran out: {lessMemory}."),
            139 => Message.Of(
                "worker.crashed",
                $"The worker crashed inside libtorch (SIGSEGV). If it happens again, {lessMemory}, and report it."
            ),
            134 => Message.Of("worker.aborted", $"The worker stopped itself inside libtorch (SIGABRT). If memory ran out, {lessMemory}."),
            (int)WorkerExitCode.RunTaken => Message.Of(
                "worker.run-taken",
                $"The worker found the run taken: another worker has executed it, or is executing it."
            ),
            143 => Message.Of("worker.terminated", $"The worker was told to stop (SIGTERM)."),
            _ => Message.Of("worker.ended", $"The worker ended unexpectedly with code {exitCode}."),
        };
        bool mayBeLogged = exitCode is not (137 or 143 or (int)WorkerExitCode.RunTaken);
        return hasLog && mayBeLogged ? Message.Join([ending, Message.Of("worker.see-log", $"The log says more.")]) : ending;
    }
}
