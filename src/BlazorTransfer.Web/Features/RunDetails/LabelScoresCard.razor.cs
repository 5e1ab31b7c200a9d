using BlazorTransfer.Core.Protocol;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>How well each label was recognised where an image may have several, with counts, thresholds and the images with
/// mistakes.</summary>
public sealed partial class LabelScoresCard
{
    private const int FewLabels = 25;
    private const int MistakesAtOnce = 24;

    private bool _all;
    private int _mistakes = MistakesAtOnce;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>Whose images are shown.</summary>
    [Parameter, EditorRequired]
    public string DatasetId { get; set; } = "";

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<LabelScore> Scores { get; set; } = [];

    /// <summary>Images with a wrong or a missed label, the worst first.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<SamplePrediction> Mistakes { get; set; } = [];

    /// <summary>False where the data set was deleted, and its images with it.</summary>
    [Parameter]
    public bool HasImages { get; set; } = true;

    /// <summary>Labels by their images, those of which there are none last.</summary>
    private IReadOnlyList<LabelScore> Shown => [.. Scores.OrderByDescending(s => s.Images).Take(_all ? int.MaxValue : FewLabels)];
}
