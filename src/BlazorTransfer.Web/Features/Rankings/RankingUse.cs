using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>Keeps data sets that are being ranked, and lets rankings go with their data sets and projects.</summary>
internal sealed class RankingUse(DocumentCollection<DatasetRanking> rankings, JobEngine jobs, RankingJobKind kind)
    : IDatasetUse,
        IProjectContent
{
    string? IProjectContent.WhyKept(string projectId) =>
        jobs.Live(kind).Any(j => j.Current.ProjectId == projectId) ? "A ranking of the project is at work. Cancel it first." : null;

    void IProjectContent.Delete(string projectId) => Remove(rankings.FindBy(nameof(DatasetRanking.ProjectId), projectId));

    string? IDatasetUse.WhyKept(string datasetId) =>
        jobs.Live(kind).Any(j => j.Current.Subject == datasetId) ? "A ranking needs it. Cancel it first." : null;

    void IDatasetUse.Forget(string datasetId) => Remove(rankings.All().Where(r => r.DatasetId == datasetId));

    private void Remove(IEnumerable<DatasetRanking> gone)
    {
        foreach (DatasetRanking ranking in gone)
            rankings.Remove(DatasetRanking.IdOf(ranking.DatasetId, ranking.DatasetVersion));
    }
}
