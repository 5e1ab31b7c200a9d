using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>Which images of the source a method learned from, and which it dropped: does it take those that look like the
/// target's?</summary>
public sealed partial class InstanceWeightsCard
{
    private const int Few = 8;

    private bool _all;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>The source's data set.</summary>
    [Parameter, EditorRequired]
    public string DatasetId { get; set; } = "";

    [Parameter, EditorRequired]
    public InstanceWeights Weights { get; set; } = null!;

    /// <summary>False where the data set was deleted, and its images with it.</summary>
    [Parameter]
    public bool HasImages { get; set; }

    private bool AllAlike => Weights.Heaviest.Concat(Weights.Lightest).All(i => Math.Abs(i.Weight - 1) < 0.005);

    private string Summary =>
        AllAlike
            ? Texts<AdaptationTexts>.Count("AllAlike", Weights.Images)
            : T["Effective", $"{Weights.EffectiveSampleSize:N0}", $"{Weights.Images:N0}", Format.Percent(Weights.DroppedShare)];

    private IEnumerable<(string Title, IReadOnlyList<WeightedImage> Images)> Ends =>
        [(T["Heaviest"], Weights.Heaviest), (T["Lightest"], Weights.Lightest)];

    private string Range(WeightBin bin) =>
        bin switch
        {
            { From: 0, To: { } to } => T["RangeUnder", to],
            { To: { } to } => T["RangeBetween", bin.From, to],
            { To: null } => T["RangeFrom", bin.From],
        };

    /// <summary>Of the fullest bin, 0…1.</summary>
    private double Share(WeightBin bin) => (double)bin.Images / Math.Max(1, Weights.Histogram.Max(b => b.Images));
}
