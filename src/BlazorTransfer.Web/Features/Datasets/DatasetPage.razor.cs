using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>A data set: its counts, some of its images, and the files that were skipped.</summary>
public sealed partial class DatasetPage
{
    private const int SampleImages = 16;
    private const int MostRejected = 200;

    // A class with a third of the largest one's images tends to be neglected in training.
    private const double ImbalanceRatio = 3;
    private Dataset _dataset = null!;
    private IReadOnlyList<Sample> _samples = [];
    private IReadOnlyList<RejectedFile> _rejected = [];
    private IReadOnlyList<TagCount> _tags = [];
    private IReadOnlyList<(string Name, IReadOnlyList<ClassCount> Counts)> _byTag = [];
    private bool _hasSources;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    private DatasetVersion Shown => _dataset.Latest;

    private string Subtitle => T["Version", Shown.Number, Format.Ago(Shown.CreatedAt, Clock.GetUtcNow())];

    private string Balance =>
        T[Shown.Classes.Max(c => c.Total) > ImbalanceRatio * Shown.Classes.Min(c => c.Total) ? "Imbalanced" : "Balanced"];

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        _hasSources = Datasets.List(User, ProjectId).Any(d => d.Latest.HasLabels);
        _rejected = Datasets.Rejected(User, ProjectId, DatasetId, Shown.Number);
        _tags = Datasets.TagsOf(_dataset, Shown.Number);
        IReadOnlyList<Sample> samples = Datasets.Manifest(User, ProjectId, DatasetId, Shown.Number).Samples;
        _byTag = CountByTag(_tags, samples);
        _samples = SomeOf(samples);
    }

    /// <summary>Images from all over the data set, so that all classes have a chance to be among them.</summary>
    private static IReadOnlyList<Sample> SomeOf(IReadOnlyList<Sample> samples) =>
        samples.Count <= SampleImages
            ? samples
            : [.. Enumerable.Range(0, SampleImages).Select(i => samples[(int)((long)i * samples.Count / SampleImages)])];

    private static IReadOnlyList<(string Name, IReadOnlyList<ClassCount> Counts)> CountByTag(
        IReadOnlyList<TagCount> tags,
        IReadOnlyList<Sample> samples
    ) =>
        [
            .. tags.GroupBy(t => t.Name, StringComparer.Ordinal)
                .Select(name =>
                {
                    ILookup<string?, Sample> byValue = samples.ToLookup(s => s.Tags.GetValueOrDefault(name.Key), StringComparer.Ordinal);
                    return (name.Key, (IReadOnlyList<ClassCount>)[.. name.Select(t => ClassCount.Of(t.Value, byValue[t.Value]))]);
                }),
        ];

    private string NameOf(Split split) => T[$"Split.{split}"];

    private async Task DeleteAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["DeleteTitle"], T["DeleteHelp"], T["DeleteAction"], _dataset.Name))
            return;
        if (await AttemptAsync(() => Datasets.Delete(User, ProjectId, DatasetId)))
            Navigation.NavigateTo(AppRoutes.Datasets(ProjectId));
    }
}
