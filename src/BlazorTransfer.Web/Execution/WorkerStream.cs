using System.Diagnostics;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Execution;

/// <summary>Lets a worker do something that has no run folder, and passes on the events that it prints while it is at work.</summary>
internal sealed class WorkerStream(WorkerLocator locator)
{
    // A shell's way of saying that a signal ended it.
    private const int FirstSignal = 128;

    /// <param name="command">A command that takes <c>--job FILE --json</c>.</param>
    /// <param name="file">The job, written for the worker; deleted at the end.</param>
    /// <param name="take">Called with each event, on any thread.</param>
    /// <param name="ifMemoryRanOut">What to do where that may be why it ended without a word.</param>
    /// <param name="cancel">Ends the worker: there is nothing that it would have to put away.</param>
    /// <exception cref="RefusedException">It cannot be done; the message is the worker's.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancel"/>, or by a signal to the worker.</exception>
    public async Task FollowAsync<TEvent>(string command, string file, Action<TEvent> take, string ifMemoryRanOut, CancellationToken cancel)
        where TEvent : class
    {
        try
        {
            ProcessStartInfo start = locator.Start(command, "--job", file, "--json");
            (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
            using Process process = Process.Start(start)!;
            // At once and on the caller's thread: an application that ends has no time left for anything else.
            await using CancellationTokenRegistration kill = cancel.Register(() => Kill(process));
            try
            {
                await FollowAsync(process, take, ifMemoryRanOut, cancel);
            }
            finally
            {
                Kill(process);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task FollowAsync<TEvent>(Process process, Action<TEvent> take, string ifMemoryRanOut, CancellationToken cancel)
        where TEvent : class
    {
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (Read<TEvent>(line, cancel) is { } happened)
                take(happened);
        }

        await process.WaitForExitAsync(cancel);
        if (process.ExitCode == 0)
            return;
        cancel.ThrowIfCancellationRequested();
        if (process.ExitCode == (int)WorkerExitCode.Cancelled)
            throw new OperationCanceledException("Somebody ended the worker.");
        string? words = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        throw new RefusedException(
            words is not null && process.ExitCode < FirstSignal
                ? words
                : $"The worker ended unexpectedly with code {process.ExitCode}. If nobody ended it, memory may have run out: "
                    + $"{ifMemoryRanOut}."
        );
    }

    private static TEvent? Read<TEvent>(string line, CancellationToken cancel)
    {
        try
        {
            return JsonSerializer.Deserialize<TEvent>(line, ProtocolJson.Line);
        }
        catch (JsonException e)
        {
            // A worker that is killed leaves half a line.
            cancel.ThrowIfCancellationRequested();
            throw new RefusedException($"The worker said something that is no answer: {e.Message}");
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }
}
