using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Keeps data sets and weights that an unfinished run needs.</summary>
internal sealed class RunUse(DocumentCollection<Run> runs) : IDatasetUse, IWeightsUse
{
    string? IDatasetUse.WhyKept(string datasetId) =>
        runs.All()
            .FirstOrDefault(r => (r.Submission.DatasetId == datasetId || r.Submission.TargetDatasetId == datasetId) && !r.Status.IsFinal())
            is { } run
            ? $"Run #{run.Submission.Number} needs it and is not over. Cancel it first."
            : null;

    // Weights are everybody's, and the run may be in a project that the asking user does not see: it is not named.
    string? IWeightsUse.WhyKept(string weightsId) =>
        runs.All().Any(r => r.Submission.WeightsId == weightsId && !r.Status.IsFinal())
            ? "A run that is not over starts from these weights. Wait for it, or cancel it first."
            : null;
}
