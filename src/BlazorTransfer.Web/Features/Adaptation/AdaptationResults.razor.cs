using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
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

    private string GainText => Adapted?.Gain is { } gain ? T["Points", PairedGain.Points(gain.Difference)] : "–";

    private string GainHint =>
        Adapted?.Gain is { } gain ? T["ConfidenceInterval", Intervals.Of(gain)]
        : Experiment.Open > 0 ? T["GainPending"]
        : T["GainNeedsBaseline"];

    private string TargetHint => Adapted?.Target is { Count: > 1 and int count } ? T["MeanOfSeeds", count] : T["BestEpoch"];

    private (string Tone, string Text)? Verdict =>
        Adapted?.Gain switch
        {
            null => null,
            { IsGain: true } gain => ("good", T["Verdict.Gain", PairedGain.Points(gain.Difference)].Value),
            { IsLoss: true } gain => ("bad", T["Verdict.Loss", PairedGain.Points(-gain.Difference).TrimStart('+')].Value),
            { } gain => ("warn", T["Verdict.None", PairedGain.Points(gain.Difference)].Value),
        };

    private string LabelNote =>
        First.Job.Target is { LabelledPerClass: > 0 and int count }
            ? Texts<AdaptationTexts>.Count("LabelsUsed", count)
            : T["LabelsForScoring"];

    private string TitleOf(PartRow row) =>
        row.Part == AdaptationPart.Method ? NameOf(row.Configuration.Runs[0].Job.Method) : row.Configuration.Name;

    private string ExplanationOf(PartRow row) =>
        row.Part switch
        {
            AdaptationPart.Method => First.Job.Target is { LabelledPerClass: > 0 } ? T["Explain.MethodFewLabels"] : T["Explain.Method"],
            AdaptationPart.SourceOnly => T["Explain.SourceOnly", NameOf(row.Configuration.Runs[0].Job.Method)],
            AdaptationPart.Oracle => T["Explain.Oracle", NameOf(row.Configuration.Runs[0].Job.Method)],
            _ => throw new InvalidOperationException($"No words for {row.Part}."),
        };

    /// <param name="Part">What is compared.</param>
    /// <param name="Configuration">Its runs, one for each seed.</param>
    /// <param name="Gain">Over the source-only baseline; null for that itself.</param>
    private sealed record PartRow(AdaptationPart Part, ConfigurationResult Configuration, PairedGain? Gain)
    {
        public Spread? Source => Configuration.Accuracy;

        public Spread? Target => Configuration.Target;
    }
}
