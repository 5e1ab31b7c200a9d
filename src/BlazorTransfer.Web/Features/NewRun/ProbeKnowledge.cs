using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Finds the accuracy of a linear probe: in the project's runs, else in the ranking of the data set.</summary>
internal sealed class ProbeKnowledge(RunService runs, RankingService rankings)
{
    /// <returns>Null if there is none.</returns>
    public KnownProbe? Find(ClaimsPrincipal user, string projectId, NewRunForm form)
    {
        if (form.NeedsWeights)
            return null;
        Run? run = runs.List(user, projectId)
            .FirstOrDefault(r =>
                r.Status == RunStatus.Succeeded
                && form.IsProbe(r.Job.Method)
                && r.Job.Data.Only is null
                && r.Job.Target is null
                && r.Job.Backbone == form.Backbone.Name
                && r is { Kind: LabelKind.SingleLabel, LastTop1: not null }
                && r.Submission.DatasetId == form.Dataset.Id
                && (r.Submission.WeightsId, r.Submission.ParentRunId) == (form.Weights?.Id, form.Parent?.Id)
            );
        if (run is not null)
            return new KnownProbe(run.LastTop1!.Value, Texts<NewRunTexts>.Get("ProbeFromRun", run.Submission.Number));
        string? key = form.Weights?.Id ?? (form.Parent is { } parent ? $"run:{parent.Id}" : null);
        RankedCandidate? ranked = rankings
            .Get(user, projectId, form.Dataset.Id)
            .Last?.Report.Candidates.FirstOrDefault(c =>
                c is { IsRandom: false, Scores: not null } && c.WeightsId == key && c.Backbone == form.Backbone.Name
            );
        return ranked is null ? null : new KnownProbe(ranked.Scores!.Accuracy, Texts<NewRunTexts>.Get("ProbeFromRanking"));
    }
}
