using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>An image with its true labels and what the model says of it.</summary>
public sealed partial class PredictionCard
{
    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public string DatasetId { get; set; } = "";

    [Parameter, EditorRequired]
    public SamplePrediction Sample { get; set; } = null!;

    /// <summary>False where the data set was deleted, and its images with it.</summary>
    [Parameter]
    public bool HasImage { get; set; } = true;

    private string Title => Sample.Labels is { Count: 0 } ? T["NoLabelTitle"] : Sample.Label;

    // Of an image with several labels, all that are wrong are among those that are shown.
    private bool IsRight => Sample.Labels is null ? Sample.Top[0].Label == Sample.Label : Sample.Top.All(t => t.IsPredicted == IsTrue(t));

    private bool IsTrue(ClassProbability answer) => Sample.Labels?.Contains(answer.Label) ?? answer.Label == Sample.Label;

    private bool IsWrongAnswer(ClassProbability answer) => answer.IsPredicted ?? (!IsRight && answer == Sample.Top[0]);

    private BarTone ToneOf(ClassProbability answer) =>
        (IsTrue(answer), answer.IsPredicted) switch
        {
            (true, not false) => BarTone.Good,
            (true, false) => BarTone.Bad,
            _ => IsWrongAnswer(answer) ? BarTone.Bad : BarTone.Neutral,
        };

    private string MarkOf(ClassProbability answer) =>
        (IsTrue(answer), answer.IsPredicted) switch
        {
            (true, not false) => "✓ ",
            (true, false) => "! ",
            _ => IsWrongAnswer(answer) ? "✗ " : "",
        };

    private string ProbabilityOf(ClassProbability answer) =>
        answer.Threshold is { } threshold
            ? T["ProbabilityOfThreshold", answer.Probability.ToString("P0"), threshold.ToString("P0")]
            : answer.Probability.ToString("P0");
}
