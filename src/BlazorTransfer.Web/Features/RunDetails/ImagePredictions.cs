using System.Security.Claims;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>The run whose model answers.</summary>
internal sealed record PredictionInput(string RunId);

/// <summary>Lets the worker answer one image with the model of a run. The image goes with the job's folder.</summary>
internal sealed class ImagePredictionJob(WorkerCommands worker, DataFolder folder) : JobKind<PredictionInput, ImagePrediction>
{
    public const string Image = "image";

    public override string Name => "image-prediction";

    public override JobLane Lane => JobLane.Previews;

    // The page that asked shows the answer.
    public override bool KeepsHistory => false;

    protected override Task<ImagePrediction> RunAsync(JobContext<PredictionInput> job, CancellationToken cancel) =>
        worker.PredictImageAsync(folder.Run(job.Input.RunId).BestCheckpoint, job.File(Image), cancel);
}

/// <summary>Shows images to the models of finished runs. No image is kept.</summary>
internal sealed class ImagePredictions(
    RunService runs,
    ImageProcesses images,
    DataFolder folder,
    JobEngine jobs,
    ImagePredictionJob kind,
    UserLimits limits
)
{
    private const int MostReceived = 4;
    private static readonly TimeSpan LongestReception = TimeSpan.FromMinutes(2);

    // Each file that is received takes memory, up to its largest size.
    private readonly SemaphoreSlim _reception = new(MostReceived, MostReceived);

    /// <summary>Largest file, in bytes.</summary>
    public static long MaximumBytes => ImageLimits.Default.MaximumBytes;

    /// <param name="user">Anybody who sees the run.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="runId">A finished run.</param>
    /// <param name="receive">Receives the bytes of an image file. It is called once an answer is possible, for few files at a time.</param>
    /// <param name="cancel">Ends the worker.</param>
    /// <exception cref="RefusedException">The run has no model, or the file is no image that can be used; the message says why.</exception>
    public async Task<ImagePrediction> AnswerAsync(
        ClaimsPrincipal user,
        string projectId,
        string runId,
        Func<CancellationToken, Task<byte[]>> receive,
        CancellationToken cancel
    )
    {
        limits.Take(user, LimitedWork.Previews);
        Run run = runs.Get(user, projectId, runId);
        if (run.Status != RunStatus.Succeeded || !File.Exists(folder.Run(runId).BestCheckpoint))
            throw new RefusedException(Texts<RunDetailTexts>.Get("NoModel"));
        byte[] file = await ReceiveAsync(receive, cancel);
        if (file.Length == 0)
            throw new RefusedException(Texts<RunDetailTexts>.Get("FileEmpty"));
        if (file.LongLength > MaximumBytes)
            throw new RefusedException(Texts<RunDetailTexts>.Get("FileTooLarge", MaximumBytes >> 20));
        // Like an upload, it is checked in a process with little memory and time before the worker decodes it.
        ImageAnswer judged = await images.VerifyAsync(file, cancel);
        if (judged.Rejection is { } rejection)
            throw new RefusedException(rejection);
        folder.RequireSpace();
        string path = Path.Combine(folder.Uploads, $"{Ids.New()}.image");
        try
        {
            await File.WriteAllBytesAsync(path, file, cancel);
            var job = new NewJob<PredictionInput>(
                UserClaims.IdOf(user),
                Texts<RunDetailTexts>.Get("TryImageJob", run.Submission.Number),
                new PredictionInput(runId)
            )
            {
                ProjectId = projectId,
                Subject = runId,
                Files = new Dictionary<string, string> { [ImagePredictionJob.Image] = path },
            };
            return await jobs.RunAsync(kind, job, take: null, cancel);
        }
        finally
        {
            // Gone already where the job took it over.
            File.Delete(path);
        }
    }

    private async Task<byte[]> ReceiveAsync(Func<CancellationToken, Task<byte[]>> receive, CancellationToken cancel)
    {
        await _reception.WaitAsync(cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(LongestReception);
        try
        {
            return await receive(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RefusedException(Texts<RunDetailTexts>.Get("ReceptionTooSlow"));
        }
        finally
        {
            _reception.Release();
        }
    }
}
