using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>Keeps data sets that are being ranked, and lets rankings go with their data sets and projects.</summary>
internal sealed class RankingUse(DocumentCollection<DatasetRanking> rankings, JobEngine jobs, RankingJobKind kind)
    : IDatasetUse,
        IProjectContent
{
    string? IProjectContent.WhyKept(string projectId) =>
        jobs.Live(kind).Any(j => j.Current.ProjectId == projectId) ? Texts<RankingTexts>.Get("ProjectBusy") : null;

    void IProjectContent.Delete(string projectId) => Remove(rankings.FindBy(nameof(DatasetRanking.ProjectId), projectId));

    string? IDatasetUse.WhyKept(string datasetId) =>
        jobs.Live(kind).Any(j => j.Current.Subject == datasetId) ? Texts<RankingTexts>.Get("DatasetBusy") : null;

    void IDatasetUse.Forget(string datasetId) => Remove(rankings.All().Where(r => r.DatasetId == datasetId));

    private void Remove(IEnumerable<DatasetRanking> gone)
    {
        foreach (DatasetRanking ranking in gone)
            rankings.Remove(DatasetRanking.IdOf(ranking.DatasetId, ranking.DatasetVersion));
    }
}
