using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Refusals;
using CliWrap;

namespace BlazorTransfer.Web.Execution;

/// <summary>
/// Asks the worker's program, which answers with one JSON document or with a line for each event. A command has nothing to put away: it is
/// killed with its processes when it is cancelled or this application stops, and it ends by itself if this process is killed.
/// </summary>
internal sealed class WorkerCommands(WorkerLocator locator, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private static readonly Message LeaveOutNetworks = Message.Of("memory.leave-out-networks", $"leave out the largest networks");
    private static readonly Message SmallerRun = Message.Of(
        "memory.smaller-run",
        $"use a smaller batch size, smaller images or a smaller network"
    );
    private static readonly Message CloseOthers = Message.Of("memory.wait-for-runs", $"wait until runs on this machine have ended");

    // The program with libtorch and the largest image take about 2 GB; weights are held in the file's cache, as tensors and on their way.
    private const long PredictionBytes = 4L << 30;
    private const int PredictionBytesPerWeightByte = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Task<Catalogue> DescribeAsync(CancellationToken cancel) => AskAsync<Catalogue>(["describe", "--json"], cancel);

    /// <summary>Examines the machine and measures each precision on it.</summary>
    /// <param name="folder">The data folder, whose disk is examined.</param>
    /// <param name="cancel">Kills the worker.</param>
    /// <exception cref="RefusedException">The machine cannot be checked; the message is the worker's.</exception>
    public Task<SystemReport> CheckSystemAsync(string folder, CancellationToken cancel) =>
        AskAsync<SystemReport>(["doctor", "--folder", folder, "--json"], cancel);

    /// <exception cref="RefusedException">The file is refused; the message is the worker's.</exception>
    public Task<WeightsInspection> InspectWeightsAsync(string file, CancellationToken cancel) =>
        AskAsync<WeightsInspection>(["inspect-weights", file, "--json"], cancel);

    /// <exception cref="RefusedException">The network cannot be measured; the message is the worker's.</exception>
    public Task<BackboneSpeed> MeasureAsync(string backbone, CancellationToken cancel) =>
        AskAsync<BackboneSpeed>(["measure", backbone, "--json"], cancel);

    /// <summary>Shows one image to a model.</summary>
    /// <param name="model">Checkpoint of the model.</param>
    /// <param name="image">The image file, which was decoded before in a process with little memory.</param>
    /// <param name="cancel">Kills the worker.</param>
    /// <exception cref="RefusedException">The worker refuses; the message is the worker's.</exception>
    public Task<ImagePrediction> PredictImageAsync(string model, string image, CancellationToken cancel) =>
        AskAsync<ImagePrediction>(
            ["predict-image", "--model", model, "--image", image, "--json"],
            cancel,
            PredictionBytes + PredictionBytesPerWeightByte * new FileInfo(model).Length
        );

    /// <param name="job">The preview to draw.</param>
    /// <param name="file">Where the job is written for the worker; the caller deletes it.</param>
    /// <param name="cancel">Kills the worker.</param>
    /// <exception cref="RefusedException">The worker refuses; the message is the worker's.</exception>
    public Task<PreviewSheet> PreviewAugmentationAsync(PreviewJob job, string file, CancellationToken cancel)
    {
        job.Save(file);
        return AskAsync<PreviewSheet>(["preview-augmentation", "--job", file, "--json"], cancel);
    }

    /// <summary>Ranks backbones.</summary>
    /// <param name="job">The candidates and the data.</param>
    /// <param name="file">Where the job is written for the worker; the caller deletes it.</param>
    /// <param name="take">Called with each event in order, on any thread.</param>
    /// <param name="cancel">Kills the worker.</param>
    /// <exception cref="RefusedException">The worker refuses; the message is the worker's.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancel"/>, or by a signal to the worker.</exception>
    public Task<RankingReport> RankAsync(RankingJob job, string file, Action<RankingEvent> take, CancellationToken cancel)
    {
        job.Save(file);
        return FollowAsync("rank", file, take, e => (e as RankingFinished)?.Report, LeaveOutNetworks, cancel);
    }

    /// <summary>Looks for a learning rate.</summary>
    /// <inheritdoc cref="RankAsync"/>
    public Task<LearningRateReport> FindLearningRateAsync(JobSpec job, string file, Action<TuningEvent> take, CancellationToken cancel)
    {
        job.Save(file);
        return FollowAsync("find-learning-rate", file, take, e => (e as LearningRateFound)?.Report, SmallerRun, cancel);
    }

    /// <summary>Looks for a batch size.</summary>
    /// <inheritdoc cref="RankAsync"/>
    public Task<BatchSizeReport> FindBatchSizeAsync(JobSpec job, string file, Action<TuningEvent> take, CancellationToken cancel)
    {
        job.Save(file);
        return FollowAsync("find-batch-size", file, take, e => (e as BatchSizeFound)?.Report, SmallerRun, cancel);
    }

    /// <summary>A short question; its answer is the whole output.</summary>
    /// <param name="arguments">The command.</param>
    /// <param name="cancel">Kills the worker.</param>
    /// <param name="memoryBytes">Memory that the worker may take, kept by Linux only; 0 for any.</param>
    private async Task<T> AskAsync<T>(IReadOnlyList<string> arguments, CancellationToken cancel, long memoryBytes = 0)
        where T : class
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        var answer = new StringBuilder();
        try
        {
            await ExecuteAsync(arguments, PipeTarget.ToStringBuilder(answer, Encoding.UTF8), CloseOthers, limit.Token, memoryBytes);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new RefusedException(
                Message.Of("worker.no-answer", $"The worker did not answer within {Patience.TotalMinutes} minutes. Try again.")
            );
        }

        return Parse<T>(answer.ToString());
    }

    /// <summary>A long piece of work that prints an event a line; one of the events brings the result.</summary>
    private async Task<TResult> FollowAsync<TEvent, TResult>(
        string command,
        string file,
        Action<TEvent> take,
        Func<TEvent, TResult?> resultOf,
        Message lessMemory,
        CancellationToken cancel
    )
        where TEvent : class
        where TResult : class
    {
        TResult? result = null;
        Exception? failure = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            await ExecuteAsync([command, "--job", file, "--json"], PipeTarget.ToDelegate(Take, Encoding.UTF8), lessMemory, limit.Token);
        }
        catch (Exception) when (failure is not null)
        {
            throw new RefusedException(
                failure is RefusedException refused
                    ? refused.Text
                    : Message.Of("worker.unusable-answer", $"An answer could not be used: {Message.Of(failure)}")
            );
        }

        return result ?? throw new RefusedException(Message.Of("worker.no-result", $"The worker ended without a result. Try again."));

        void Take(string line)
        {
            // A worker that is killed leaves half a line.
            if (limit.IsCancellationRequested)
                return;
            try
            {
                var happened = Parse<TEvent>(line);
                take(happened);
                result ??= resultOf(happened);
            }
            catch (Exception e)
            {
                // Thrown here it would leave the worker alone with a pipe that nobody reads.
                failure = e;
                limit.Cancel();
            }
        }
    }

    private async Task ExecuteAsync(
        IReadOnlyList<string> arguments,
        PipeTarget output,
        Message lessMemory,
        CancellationToken cancel,
        long memoryBytes = 0
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, lifetime.ApplicationStopping);
        string? words = null;
        Command command = memoryBytes > 0 ? locator.Command(arguments, memoryBytes) : locator.Command(arguments);
        CommandResult result = await command
            .WithEnvironmentVariables(variables =>
                variables.Set(ParentWatch.Variable, "1").Set(MessageLine.Wanted.Key, MessageLine.Wanted.Value)
            )
            .WithStandardInputPipe(PipeSource.Create((_, ended) => Task.Delay(Timeout.Infinite, ended)))
            .WithStandardOutputPipe(output)
            .WithStandardErrorPipe(PipeTarget.ToDelegate(line => words ??= line.Length > 0 ? line : null, Encoding.UTF8))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(limit.Token);
        if (result.ExitCode == 0)
            return;
        limit.Token.ThrowIfCancellationRequested();
        if (result.ExitCode == (int)WorkerExitCode.Cancelled)
            throw new OperationCanceledException("The worker was ended from outside the application. Try again.");
        throw new RefusedException(
            words is not null && !WorkerEnding.IsSignal(result.ExitCode)
                ? MessageLine.Read(words)
                : WorkerEnding.Describe(result.ExitCode, lessMemory, hasLog: false)
        );
    }

    private static T Parse<T>(string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, ProtocolJson.Line) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException e)
        {
            throw new RefusedException(Message.Of("worker.unreadable-answer", $"The worker's answer could not be read: {Message.Of(e)}"));
        }
    }
}
