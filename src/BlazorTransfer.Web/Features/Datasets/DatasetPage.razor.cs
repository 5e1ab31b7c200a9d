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
    private Sample? _shownSample;
    private bool _dialogOpen;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "label")]
    private string? LabelFilter { get; set; }

    [SupplyParameterFromQuery(Name = "split")]
    private string? SplitFilter { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageNumber { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    private DatasetVersion Shown => _dataset.Latest;

    private int Pages => Math.Max(1, (_samples.Count + PageSize - 1) / PageSize);

    private int Page => Math.Clamp(PageNumber ?? 1, 1, Pages);

    private string Balance => Shown.Classes.Max(c => c.Total) > ImbalanceRatio * Shown.Classes.Min(c => c.Total) ? "unevenly filled" : "evenly filled";

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        _rejected = Datasets.Rejected(User, ProjectId, DatasetId, Shown.Number);
        Filter();
    }

    // The address changed: by a filter, by paging, or by the browser's back button.
    protected override void OnParametersSet()
    {
        if (_dataset is not null) Filter();
    }

    private void Filter() => _samples =
    [
        .. Datasets.Manifest(User, ProjectId, DatasetId, Shown.Number).Samples
            .Where(s => (LabelFilter is null || s.Label == LabelFilter) && (SplitFilter is null || s.Split.ToString() == SplitFilter)),
    ];

    private void Go(string? label, string? split, int page) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(
        new Dictionary<string, object?> { ["label"] = label, ["split"] = split, ["page"] = page == 1 ? null : page }));

    private void Show(Sample sample) => (_shownSample, _dialogOpen) = (sample, true);

    private async Task DeleteAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, "Delete the data set?", "Its images are deleted. Finished runs keep their results and models.", "Delete the data set", _dataset.Name)) return;
        if (await AttemptAsync(() => Datasets.Delete(User, ProjectId, DatasetId))) Navigation.NavigateTo(AppRoutes.Datasets(ProjectId));
    }
}
