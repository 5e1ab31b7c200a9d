using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>The results of a method of domain adaptation: target accuracy, gain over the source-only baseline, and the upper
/// bound.</summary>
public sealed partial class AdaptationResults
{
    private IReadOnlyList<PartRow> _rows = [];

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Experiment Experiment { get; set; } = null!;

    /// <summary>Display name of a method.</summary>
    [Parameter, EditorRequired]
    public Func<string, string> NameOf { get; set; } = name => name;

    [Inject]
    private RunAnswers Answers { get; set; } = null!;

    private Run First => Experiment.Members[0];

    private PartRow? Adapted => Row(AdaptationPart.Method);

    private PartRow? Baseline => Row(AdaptationPart.SourceOnly) ?? Adapted;

    protected override void OnParametersSet()
    {
        Dictionary<AdaptationPart, ConfigurationResult> parts = Experiment.Configurations.ToDictionary(c =>
            c.Part ?? AdaptationPart.Method
        );
        ConfigurationResult? baseline =
            parts.GetValueOrDefault(AdaptationPart.SourceOnly) ?? parts.GetValueOrDefault(AdaptationPart.Method);
        _rows =
        [
            .. new[] { AdaptationPart.Method, AdaptationPart.SourceOnly, AdaptationPart.Oracle }
                .Where(parts.ContainsKey)
                .Select(part => new PartRow(
                    part,
                    parts[part],
                    parts[part] == baseline ? null : Answers.TargetGain(parts[part].Finished, baseline?.Finished ?? [])
                )),
        ];
    }

    private PartRow? Row(AdaptationPart part) => _rows.FirstOrDefault(r => r.Part == part);

    private string GainText => Adapted?.Gain is { } gain ? $"{PairedGain.Points(gain.Difference)} points" : "–";

    private string GainHint =>
        Adapted?.Gain is { } gain ? $"95 % CI {PairedGain.Points(gain.Low)} to {PairedGain.Points(gain.High)}"
        : Experiment.Open > 0 ? "known when method and baseline have finished"
        : "needs a finished baseline";

    private string TargetHint => Adapted?.Target is { Count: > 1 and int count } ? $"mean of {count} seeds, best epoch" : "best epoch";

    private (string Tone, string Text)? Verdict =>
        Adapted?.Gain switch
        {
            null => null,
            { IsGain: true } gain => (
                "good",
                $"The adaptation gains {PairedGain.Points(gain.Difference)} percentage points on the target. The gain is significant."
            ),
            { IsLoss: true } gain => (
                "bad",
                $"Negative transfer: the adaptation loses {PairedGain.Points(-gain.Difference).TrimStart('+')} percentage points on the "
                    + "target. Use the source-only model, a weaker adaptation or another method."
            ),
            { } gain => (
                "warn",
                $"No significant gain: the 95 % confidence interval of {PairedGain.Points(gain.Difference)} points includes 0. Label more "
                    + "target images to tell."
            ),
        };

    private string DataName =>
        $"{First.Submission.DatasetName} v{First.Submission.DatasetVersion}{(First.Job.Data.Only is { } only ? $", {only}" : "")}";

    private string LabelNote =>
        First.Job.Target is { LabelledPerClass: > 0 and int count }
            ? $"The method used {Format.Count(count, "labelled target image")} per class for training. The other target images score it."
            : "Target labels are used for scoring only.";

    private string ExplanationOf(PartRow row) =>
        row.Part switch
        {
            AdaptationPart.Method => First.Job.Target is { LabelledPerClass: > 0 }
                ? "source, and the target with a few labels"
                : "source, and the target without labels",
            AdaptationPart.SourceOnly => $"{NameOf(row.Configuration.Runs[0].Job.Method)} on the source, without adaptation",
            AdaptationPart.Oracle => $"{NameOf(row.Configuration.Runs[0].Job.Method)} on the target with its labels: the upper bound",
            _ => throw new InvalidOperationException($"No words for {row.Part}."),
        };

    /// <param name="Part">What is compared.</param>
    /// <param name="Configuration">Its runs, one for each seed.</param>
    /// <param name="Gain">Over the source-only baseline; null for that itself.</param>
    private sealed record PartRow(AdaptationPart Part, ConfigurationResult Configuration, PairedGain? Gain)
    {
        public Spread? Source => Configuration.Accuracy;

        public Spread? Target => Configuration.Target;

        public string Title => Configuration.Name;
    }
}
