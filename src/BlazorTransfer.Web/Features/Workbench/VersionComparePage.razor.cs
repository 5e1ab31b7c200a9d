using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>What differs between two versions of a data set, or between the newest one and the working copy, with the images.</summary>
public sealed partial class VersionComparePage
{
    private const int PageSize = 60;

    // Stands for the working copy where a number is chosen.
    private const int WorkingCopyNumber = 0;

    private static readonly DifferenceKind[] Kinds = Enum.GetValues<DifferenceKind>();
    private Dataset _dataset = null!;
    private IReadOnlyDictionary<DifferenceKind, int> _counts = null!;
    private DifferencePage _page = null!;
    private DifferenceKind _kind = DifferenceKind.Any;
    private int _pageNumber = 1;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "from")]
    private int? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private int? To { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private DatasetVersions Versions { get; set; } = null!;

    private int Before => From is { } from && _dataset.Version(from) is not null ? from : _dataset.Latest.Number;

    /// <summary>Null for the working copy, which has a newest version alone to be compared with.</summary>
    private int? After =>
        To is { } to && _dataset.Version(to) is not null ? to
        : Before == _dataset.Latest.Number ? null
        : _dataset.Latest.Number;

    private string Title => After is { } after ? T["CompareTitle", Before, after] : T["CompareWorkingCopy", Before];

    private int Pages => (_page.Total + PageSize - 1) / PageSize;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        Load();
    }

    // The address changed: another version was chosen.
    protected override void OnParametersSet()
    {
        if (_dataset is null)
            return;
        (_kind, _pageNumber) = (DifferenceKind.Any, 1);
        Load();
    }

    private void Load()
    {
        WorkingCopy compared = Versions.Compare(User, ProjectId, DatasetId, Before, After);
        _counts = compared.DifferenceCounts();
        _page = compared.Differences(_kind, (_pageNumber - 1) * PageSize, PageSize);
    }

    private void Choose(DifferenceKind kind)
    {
        (_kind, _pageNumber) = (kind, 1);
        Load();
    }

    private void Turn(int page)
    {
        _pageNumber = page;
        Load();
    }

    private void Go(int before, int? after) => Navigation.NavigateTo(AppRoutes.CompareVersions(ProjectId, DatasetId, before, after));

    /// <summary>What was, and what is; one of them may be empty.</summary>
    private IEnumerable<(string Before, string After)> LinesOf(SampleDifference difference)
    {
        (Sample? before, Sample? after) = (difference.Before, difference.After);
        if (before is null || after is null)
        {
            yield return (before is null ? "" : SampleWords.Labels(before), after is null ? "" : SampleWords.Labels(after));
            yield break;
        }

        if (SampleWords.Labels(before) != SampleWords.Labels(after))
            yield return (SampleWords.Labels(before), SampleWords.Labels(after));
        if (before.Split != after.Split)
            yield return (SampleWords.Of(before.Split), SampleWords.Of(after.Split));
        foreach (string name in before.Tags.Keys.Union(after.Tags.Keys))
        {
            (string? was, string? now) = (before.Tags.GetValueOrDefault(name), after.Tags.GetValueOrDefault(name));
            if (was != now)
                yield return (
                    was is null ? "" : new SampleTag(name, was).ToString(),
                    now is null ? "" : new SampleTag(name, now).ToString()
                );
        }
    }
}
