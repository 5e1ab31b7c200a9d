using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Components.Shared;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Finds a learning rate for what is chosen in the form: the loss over growing rates, live, and the rate to take.</summary>
public sealed partial class LearningRateFinder
{
    private readonly List<ChartPoint> _points = [];

    private protected override IReadOnlyCollection<string> Irrelevant { get; } = [ParameterNames.LearningRate, ParameterNames.Epochs];

    private IReadOnlyList<string> Series => [T["LossOfStep"], T["LossSmoothed"]];

    private LearningRateSuggestion? Suggestion => Report?.Suggestion;

    private ChartMark? Mark => Suggestion?.Rate is { } rate ? new ChartMark(rate, Rate(rate)) : null;

    private string Stage =>
        Progress?.Stage switch
        {
            null => T["Stage.Starting"],
            TuningStage.ExtractingFeatures => T["Stage.Features"],
            TuningStage.TryingLearningRates => T["Stage.Rates"],
            TuningStage.MeasuringBatchSizes => throw new InvalidOperationException("Batch sizes are measured elsewhere."),
            _ => throw new InvalidOperationException($"No words for {Progress.Stage}."),
        };

    private string Detail =>
        Progress switch
        {
            null => "",
            { Stage: TuningStage.ExtractingFeatures } p => T["OfImages", p.Done, p.Total],
            var p => T["StepOf", _points.Count, p.Total],
        };

    private double Fraction =>
        Progress switch
        {
            null => 0,
            { Stage: TuningStage.ExtractingFeatures } p => (double)p.Done / p.Total,
            var p => (double)_points.Count / p.Total,
        };

    private protected override Task<LearningRateReport> AskAsync(Action<TuningEvent> take, CancellationToken cancel) =>
        Tuning.FindLearningRateAsync(User, ProjectId, Request, take, cancel);

    private protected override void Clear() => _points.Clear();

    private protected override void See(TuningEvent happened)
    {
        if (happened is LearningRateTried { Point: var p })
            _points.Add(new ChartPoint(p.Rate, p.Loss, p.Smoothed));
    }

    private Task UseAsync(double rate) => UseAsync(T["LearningRateUsed", Rate(rate)], (ParameterNames.LearningRate, rate));
}
