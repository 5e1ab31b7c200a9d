using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Keeps data sets and weights that an unfinished run needs.</summary>
internal sealed class RunUse(DocumentCollection<Run> runs) : IDatasetUse, IWeightsUse
{
    string? IDatasetUse.WhyKept(string datasetId) =>
        runs.All()
            .FirstOrDefault(r => (r.Submission.DatasetId == datasetId || r.Submission.TargetDatasetId == datasetId) && !r.Status.IsFinal())
            is { } run
            ? Texts<RunTexts>.Get("DatasetNeeded", run.Submission.Number)
            : null;

    // Weights are everybody's, and the run may be in a project that the asking user does not see: it is not named.
    string? IWeightsUse.WhyKept(string weightsId) =>
        runs.All().Any(r => r.Submission.WeightsId == weightsId && !r.Status.IsFinal()) ? Texts<RunTexts>.Get("WeightsNeeded") : null;
}
