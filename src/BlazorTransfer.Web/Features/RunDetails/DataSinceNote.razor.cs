using System.Security.Claims;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Workbench;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>Says whether the data has changed since a run was trained on it.</summary>
public sealed partial class DataSinceNote
{
    private VersionDrift? _drift;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public string DatasetId { get; set; } = "";

    /// <summary>The version that the run was trained on.</summary>
    [Parameter, EditorRequired]
    public int Version { get; set; }

    [Parameter, EditorRequired]
    public ClaimsPrincipal User { get; set; } = null!;

    [Inject]
    private DatasetVersions Versions { get; set; } = null!;

    private string Published =>
        _drift is not { VersionsAhead: > 0 } drift ? ""
        : drift.Differences[DifferenceKind.Any] == 0 ? T["DataSame", drift.Latest]
        : T["DataChanged", drift.Latest, SampleWords.Of(SummaryOf(drift.Differences))];

    private string Unpublished =>
        _drift is { Unpublished: { IsEmpty: false } changes } ? T["DataUnpublished", SampleWords.Of(changes)] : "";

    protected override async Task OnInitializedAsync() =>
        // Two versions of a large data set are read for it, and the page does not wait for that.
        _drift = await Task.Run(() => Versions.Since(User, ProjectId, DatasetId, Version));

    private static ChangeSummary SummaryOf(IReadOnlyDictionary<DifferenceKind, int> differences) =>
        new(
            differences[DifferenceKind.Relabelled],
            differences[DifferenceKind.Moved],
            differences[DifferenceKind.Tagged],
            Excluded: 0,
            Included: 0,
            differences[DifferenceKind.Added],
            differences[DifferenceKind.Removed],
            Classes: 0
        );
}
