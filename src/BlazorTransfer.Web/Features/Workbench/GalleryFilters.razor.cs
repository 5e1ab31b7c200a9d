using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>The filters of a gallery, each with the number of its images.</summary>
public sealed partial class GalleryFilters
{
    private const int ShownClasses = 20;
    private const int ShownValues = 30;
    private string _classSearch = "";
    private bool _isOpen;

    [Parameter, EditorRequired]
    public GalleryView View { get; set; } = null!;

    [Parameter, EditorRequired]
    public SampleCounts Counts { get; set; } = null!;

    /// <summary>Images that differ from the version.</summary>
    [Parameter]
    public int Changed { get; set; }

    /// <summary>Whether the keys are shown that set a class.</summary>
    [Parameter]
    public bool ShowsKeys { get; set; }

    [Parameter]
    public EventCallback<GalleryView> OnChange { get; set; }

    private IReadOnlyList<(ClassCount Class, int Number)> Found =>
        [
            .. Counts
                .Classes.Select((c, i) => (c, i + 1))
                .Where(c => _classSearch.Length == 0 || c.c.Label.Contains(_classSearch, StringComparison.OrdinalIgnoreCase)),
        ];

    // The class that is chosen stays in sight, however many there are before it.
    private IEnumerable<(ClassCount Class, int Number)> Classes =>
        Found.Take(ShownClasses).Union(Found.Where(c => c.Class.Label == View.Class));

    private int Hidden => Math.Max(0, Found.Count - Classes.Count());

    private IEnumerable<(ImageState State, int Count)> States =>
        [
            (ImageState.Unlabelled, Counts.Unlabelled),
            (ImageState.Labelled, Counts.BySplit.Total - Counts.Unlabelled),
            (ImageState.Changed, Changed),
            (ImageState.Excluded, Counts.Excluded),
        ];

    private static string Pressed(bool isPressed) => isPressed ? "true" : "false";
}
