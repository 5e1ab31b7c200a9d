using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.Train;

/// <summary>The stored plans: one for a data set, which the next one replaces. They go with their data sets and projects.</summary>
internal sealed class TrainingPlans(DocumentCollection<TrainingPlan> plans, JobBells bells, IStringLocalizer<TrainTexts> texts)
    : IDatasetUse,
        IProjectContent
{
    public IReadOnlyList<TrainingPlan> AtWork => [.. plans.All().Where(p => p.IsAtWork)];

    public TrainingPlan? Find(string planId) => plans.Find(planId);

    /// <summary>The last plan on a data set; null where there is none.</summary>
    public TrainingPlan? Of(string projectId, string datasetId) =>
        plans.FindBy(nameof(TrainingPlan.ProjectId), projectId).Where(p => p.DatasetId == datasetId).MaxBy(p => p.StartedAt);

    /// <returns>False if another plan on these images is at work.</returns>
    public bool TryAdd(TrainingPlan plan)
    {
        if (!plans.TryAdd(plan, other => other.DatasetId == plan.DatasetId && other.IsAtWork))
            return false;
        foreach (TrainingPlan earlier in plans.FindBy(nameof(TrainingPlan.ProjectId), plan.ProjectId))
        {
            if (earlier.DatasetId == plan.DatasetId && earlier.Id != plan.Id)
                plans.Remove(earlier.Id);
        }

        bells.Ring(plan.ProjectId);
        return true;
    }

    /// <summary>Changes a plan and tells the pages that show it, which watch the jobs of the project.</summary>
    /// <returns>The plan after the change; null where it is gone.</returns>
    public TrainingPlan? Change(string planId, Func<TrainingPlan, TrainingPlan> change)
    {
        TrainingPlan? changed = plans.Change(planId, change);
        if (changed is not null)
            bells.Ring(changed.ProjectId);
        return changed;
    }

    string? IProjectContent.WhyKept(string projectId) =>
        plans.FindBy(nameof(TrainingPlan.ProjectId), projectId).Any(p => p.IsAtWork) ? texts["BestAtWork"].Value : null;

    void IProjectContent.Delete(string projectId) => Remove(plans.FindBy(nameof(TrainingPlan.ProjectId), projectId));

    string? IDatasetUse.WhyKept(string datasetId) =>
        plans.All().Any(p => p.DatasetId == datasetId && p.IsAtWork) ? texts["BestNeedsDataset"].Value : null;

    void IDatasetUse.Forget(string datasetId) => Remove(plans.All().Where(p => p.DatasetId == datasetId));

    private void Remove(IEnumerable<TrainingPlan> gone)
    {
        foreach (TrainingPlan plan in gone)
            plans.Remove(plan.Id);
    }
}
