using System.Diagnostics;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Execution;

/// <summary>Lets a worker rank backbones, and passes on what it prints while it is at work.</summary>
internal sealed class WorkerRankings(WorkerLocator locator)
{
    // A shell's way of saying that a signal ended it.
    private const int FirstSignal = 128;

    /// <param name="job">What to rank.</param>
    /// <param name="file">Where the job is written for the worker; deleted at the end.</param>
    /// <param name="take">Called with each event, on any thread.</param>
    /// <param name="cancel">Ends the worker: there is nothing that it would have to put away.</param>
    /// <exception cref="RefusedException">It cannot be ranked; the message is the worker's.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancel"/>, or by a signal to the worker.</exception>
    public async Task<RankingReport> RankAsync(RankingJob job, string file, Action<RankingEvent> take, CancellationToken cancel)
    {
        job.Save(file);
        try
        {
            ProcessStartInfo start = locator.Start("rank", "--job", file, "--json");
            (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
            using Process process = Process.Start(start)!;
            // At once and on the caller's thread: an application that ends has no time left for anything else.
            await using CancellationTokenRegistration kill = cancel.Register(() => Kill(process));
            try
            {
                return await FollowAsync(process, take, cancel);
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

    private static async Task<RankingReport> FollowAsync(Process process, Action<RankingEvent> take, CancellationToken cancel)
    {
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        RankingReport? report = null;
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (JsonSerializer.Deserialize<RankingEvent>(line, ProtocolJson.Line) is not { } happened) continue;
            take(happened);
            if (happened is RankingFinished finished) report = finished.Report;
        }

        await process.WaitForExitAsync(cancel);
        if (process.ExitCode == 0 && report is not null) return report;
        cancel.ThrowIfCancellationRequested();
        if (process.ExitCode == (int)WorkerExitCode.Cancelled) throw new OperationCanceledException("Somebody ended the worker.");
        string? words = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        throw new RefusedException(words is not null && process.ExitCode < FirstSignal ? words
            : $"The worker ended unexpectedly with code {process.ExitCode}. If nobody ended it, memory may have run out: leave out the largest networks.");
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }
}
