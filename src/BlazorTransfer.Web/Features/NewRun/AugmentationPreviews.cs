using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Lets the worker draw a few training images as training would see them.</summary>
internal sealed class AugmentationPreviewJob(WorkerCommands worker) : JobKind<PreviewJob, PreviewSheet>
{
    public override string Name => "augmentation-preview";

    public override JobLane Lane => JobLane.Previews;

    // Whoever looked at it has it, and nobody asks what became of it.
    public override bool KeepsHistory => false;

    protected override Task<PreviewSheet> RunAsync(JobContext<PreviewJob> job, CancellationToken cancel) =>
        worker.PreviewAugmentationAsync(job.Input, job.File("preview.json"), cancel);
}

/// <summary>Shows what a run would make of its training images, drawn by the worker as training would.</summary>
internal sealed class AugmentationPreviews(
    ProjectAccess access,
    DatasetService datasets,
    CatalogueProvider catalogues,
    JobEngine jobs,
    AugmentationPreviewJob kind,
    UserLimits limits,
    IStringLocalizer<NewRunTexts> texts
)
{
    /// <param name="user">Anybody who sees the data set.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="request">The run, as far as it is chosen.</param>
    /// <param name="draw">Another one gives other changes of the same images.</param>
    /// <param name="cancel">Ends the worker.</param>
    /// <exception cref="RefusedException">It cannot be drawn; the message says why.</exception>
    public async Task<PreviewSheet> DrawAsync(
        ClaimsPrincipal user,
        string projectId,
        RunRequest request,
        int draw,
        CancellationToken cancel
    )
    {
        limits.Take(user, LimitedWork.Previews);
        access.Require(user, projectId, ProjectRole.Viewer);
        Dataset dataset = datasets.Get(user, projectId, request.DatasetId);
        if (dataset.Version(request.DatasetVersion) is null)
            throw new NotFoundException();
        dataset.RequireLabels(request.DatasetVersion);
        // A mistyped number is told at once, not after a start of the worker.
        Catalogue catalogue = await catalogues.GetAsync(cancel);
        TransferMethodSpec method = catalogue.FindMethod(request.Method) ?? throw new RefusedException(texts["NoMethod", request.Method]);
        (ParameterSet? settings, IReadOnlyDictionary<string, Message> errors) = ParameterSet.Resolve(
            catalogue.ParametersOf(method),
            request.Parameters
        );
        if (settings is null)
            throw new RefusedException(Message.Join([.. errors.Values]));
        var job = new PreviewJob
        {
            Data = datasets.DataSpecFor(dataset, request.DatasetVersion) with { Only = request.Only },
            Backbone = request.Backbone,
            Method = request.Method,
            Parameters = request.Parameters,
            Seed = unchecked(request.Seed + draw),
        };
        return await jobs.RunAsync(
            kind,
            new NewJob<PreviewJob>(UserClaims.IdOf(user), texts["PreviewOf", dataset.Name], job)
            {
                ProjectId = projectId,
                Subject = dataset.Id,
            },
            take: null,
            cancel
        );
    }
}
