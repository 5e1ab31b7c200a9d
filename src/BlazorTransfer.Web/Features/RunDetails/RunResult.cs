using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>Images that an accuracy was measured on.</summary>
internal enum ScoredImages
{
    Validation,
    Test,

    /// <summary>Labelled images of the target domain.</summary>
    Target,
}

/// <summary>The accuracy of a finished run's model with its 95 % confidence interval, and the chance level to compare it with.</summary>
/// <param name="Accuracy">Top-1 of the best epoch's model, 0…1.</param>
/// <param name="Images">Images that it was measured on.</param>
/// <param name="On">Which images those are.</param>
/// <param name="IsOptimistic">The best epoch was selected on the same images.</param>
/// <param name="CommonClass">The most frequent class of these images.</param>
/// <param name="Chance">Accuracy of always answering <paramref name="CommonClass"/>, 0…1.</param>
internal sealed record RunResult(double Accuracy, int Images, ScoredImages On, bool IsOptimistic, string CommonClass, double Chance)
{
    // The scores that read labels of the validation split.
    private static readonly string[] ScoresOfValidation = ["top1", "balanced-accuracy", "loss"];

    public AccuracyInterval Interval => AccuracyInterval.Of(Accuracy, Images);

    /// <summary>The interval in whole percent: <c>74–86 %</c>.</summary>
    public string IntervalText => Texts<RunDetailTexts>.Get("Interval", $"{100 * Interval.Low:F0}", $"{100 * Interval.High:F0}");

    /// <summary>What the accuracy was measured on: <c>153 validation images</c>.</summary>
    public string ImagesText =>
        On switch
        {
            ScoredImages.Validation => Texts<RunDetailTexts>.Count("Scored.Validation", Images),
            ScoredImages.Test => Texts<RunDetailTexts>.Count("Scored.Test", Images),
            ScoredImages.Target => Texts<RunDetailTexts>.Count("Scored.Target", Images),
            _ => throw new InvalidOperationException($"No words for {On}."),
        };

    /// <summary>The result on the images that count most: the target's, else the test split's, else the validation split's. Null where
    /// the model was evaluated on none.</summary>
    public static RunResult? Of(RunView view)
    {
        EvaluationCompleted[] all = [.. view.Evaluations.Where(e => e.LabelSet is null)];
        EvaluationCompleted? evaluation =
            all.LastOrDefault(e => e.OfTarget)
            ?? all.LastOrDefault(e => e is { OfTarget: false, Split: Split.Test })
            ?? all.LastOrDefault(e => e is { OfTarget: false, Split: Split.Validation });
        if (evaluation is null || view.Started is not { } started)
            return null;
        (ScoredImages on, string key) = evaluation switch
        {
            { OfTarget: true } => (ScoredImages.Target, MetricKeys.TargetTop1),
            { Split: Split.Test } => (ScoredImages.Test, MetricKeys.TestTop1),
            _ => (ScoredImages.Validation, MetricKeys.ValidationTop1),
        };
        int[] byClass = [.. evaluation.ConfusionMatrix.Select(row => row.Sum())];
        int images = byClass.Sum();
        if (images == 0 || !evaluation.Metrics.TryGetValue(key, out double accuracy) || !double.IsFinite(accuracy))
            return null;
        int common = Array.IndexOf(byClass, byClass.Max());
        return new RunResult(
            accuracy,
            images,
            on,
            on == ScoredImages.Validation && started.Epochs > 1 && SelectsOnValidation(started),
            started.Classes[common],
            (double)byClass[common] / images
        );
    }

    private static bool SelectsOnValidation(RunStarted started) =>
        !started.Settings.TryGetValue(ParameterNames.BestOf, out ParameterValue best) || ScoresOfValidation.Contains(best.AsText);
}
