using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>A data set: its counts, its images, and what was left out. Filters and page are in the address.</summary>
public sealed partial class DatasetPage
{
    private const int PageSize = 60;
    private const int MostRejected = 200;

    // A class with a third of the largest one's images tends to be neglected in training.
    private const double ImbalanceRatio = 3;
    private Dataset _dataset = null!;
    private IReadOnlyList<Sample> _samples = [];
    private IReadOnlyList<RejectedFile> _rejected = [];
    private IReadOnlyList<TagCount> _tags = [];
    private IReadOnlyList<(string Name, IReadOnlyList<ClassCount> Counts)> _byTag = [];
    private Sample? _shownSample;
    private bool _hasSources;
    private bool _dialogOpen;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "label")]
    private string? LabelFilter { get; set; }

    [SupplyParameterFromQuery(Name = "split")]
    private string? SplitFilter { get; set; }

    /// <summary>A <see cref="SampleTag"/>, such as <c>domain=photo</c>.</summary>
    [SupplyParameterFromQuery(Name = "tag")]
    private string? TagFilter { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageNumber { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    private DatasetVersion Shown => _dataset.Latest;

    private int Pages => Math.Max(1, (_samples.Count + PageSize - 1) / PageSize);

    private int Page => Math.Clamp(PageNumber ?? 1, 1, Pages);

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
        _byTag = CountByTag(_tags, Datasets.Manifest(User, ProjectId, DatasetId, Shown.Number).Samples);
        Filter();
    }

    // The address changed: by a filter, by paging, or by the browser's back button.
    protected override void OnParametersSet()
    {
        if (_dataset is not null)
            Filter();
    }

    private void Filter() =>
        _samples = [
            .. Datasets
                .Manifest(User, ProjectId, DatasetId, Shown.Number)
                .Samples.Where(s =>
                    (LabelFilter is null || s.Label == LabelFilter)
                    && (SplitFilter is null || s.Split.ToString() == SplitFilter)
                    && (TagFilter is null || s.Tags.Any(t => new SampleTag(t.Key, t.Value).ToString() == TagFilter))
                ),
        ];

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

    private static string TextOf(TagCount tag) => new SampleTag(tag.Name, tag.Value).ToString();

    private string NameOf(Split split) => T[$"Split.{split}"];

    private string? TextOfSplit(string? split) => split is null ? null : T[$"Split.{split}"].Value;

    /// <summary>The value alone where there is only one name to ask for.</summary>
    private string? TagText(string? tag) =>
        tag is null || SampleTag.Parse(tag) is not { } read ? tag
        : _byTag.Count == 1 ? read.Value
        : TagCount.Shown(read);

    private void Go(string? label, string? split, string? tag, int page) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(
                new Dictionary<string, object?>
                {
                    ["label"] = label,
                    ["split"] = split,
                    ["tag"] = tag,
                    ["page"] = page == 1 ? null : page,
                }
            )
        );

    private void Show(Sample sample) => (_shownSample, _dialogOpen) = (sample, true);

    private async Task DeleteAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["DeleteTitle"], T["DeleteHelp"], T["DeleteAction"], _dataset.Name))
            return;
        if (await AttemptAsync(() => Datasets.Delete(User, ProjectId, DatasetId)))
            Navigation.NavigateTo(AppRoutes.Datasets(ProjectId));
    }
}
