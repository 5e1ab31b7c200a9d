using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
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
            ? $"All {Format.Count(Weights.Images, "image")} count alike: the method found none to prefer and none to drop. A "
                + "boosted classifier that is never wrong drops nothing; more weight decay lets it err."
            : "An image of weight 2 counts as two would. What was learned of the source is worth "
                + $"{Format.Count((long)Math.Round(Weights.EffectiveSampleSize), "image")} that all count alike "
                + $"(effective sample size), of {Weights.Images:N0}; {Format.Percent(Weights.DroppedShare)} hardly count at all, "
                + "less than a tenth of the mean.";

    private IEnumerable<(string Title, IReadOnlyList<WeightedImage> Images)> Ends =>
        [("Those that count most", Weights.Heaviest), ("Those that count least", Weights.Lightest)];

    private static string Range(WeightBin bin) =>
        bin switch
        {
            { From: 0, To: { } to } => $"under {to} ×",
            { To: { } to } => $"{bin.From} to {to} ×",
            { To: null } => $"{bin.From} × and more",
        };

    /// <summary>Of the fullest bin, 0…1.</summary>
    private double Share(WeightBin bin) => (double)bin.Images / Math.Max(1, Weights.Histogram.Max(b => b.Images));
}
