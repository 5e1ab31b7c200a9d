using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Runs;

/// <summary>The weights that a run keeps: those of the epoch that was best by what the run goes by.</summary>
internal sealed class BestModel(TrainingRun run, CheckpointStore checkpoints)
{
    private double _score = double.NegativeInfinity;

    /// <summary>Of the epoch that is kept.</summary>
    public TrainingOutcome Outcome { get; private set; } = new(0, null);

    /// <summary>Keeps the weights as they are now, if no epoch before was better.</summary>
    /// <param name="epoch">Of the run, from 1.</param>
    /// <param name="validation">What the weights make of the validation images; null where there are none, so that the latest epoch is the
    /// best.</param>
    /// <param name="metrics">All figures of the epoch.</param>
    /// <param name="isResult">They are kept, whatever they score.</param>
    public bool Offer(int epoch, EvaluationResult? validation, IReadOnlyDictionary<string, double> metrics, bool isResult)
    {
        double score = validation is null ? epoch : ScoreOf(epoch, validation, metrics);
        if (!isResult && score <= _score)
            return false;
        (Outcome, _score) = (new TrainingOutcome(epoch, validation?.Main), score);
        Save(epoch, validation, metrics);
        return true;
    }

    private double ScoreOf(int epoch, EvaluationResult validation, IReadOnlyDictionary<string, double> metrics) =>
        run.Settings.Choice(CommonParameters.BestOf) switch
        {
            "top1" => validation.MeanOf(r => r.Main),
            "balanced-accuracy" => validation.MeanOf(r => r.Balanced),
            "last" => epoch,
            "loss" => -validation.MeanOf(r => r.Loss),
            "information-maximisation" => Finite(metrics[MetricKeys.TargetInformation]),
            // Of very few images they cannot be told.
            "snd" => metrics.TryGetValue(MetricKeys.TargetDensity, out double density) ? Finite(density) : double.MinValue,
            "dev" => metrics.TryGetValue(MetricKeys.TargetRisk, out double risk) ? Finite(-risk) : double.MinValue,
            string other => throw new ArgumentException($"Nothing is best by '{other}'."),
        };

    private void Save(int epoch, EvaluationResult? validation, IReadOnlyDictionary<string, double> metrics)
    {
        TransferModel model = run.Model;
        checkpoints.SaveBest(
            model,
            new ModelDescription
            {
                Backbone = run.Job.Backbone,
                Classes = model.Classes,
                Kind = model.Kind,
                Thresholds = validation?.Thresholds ?? model.ClassTask.Kind.UsualThresholds(model.Classes.Count),
                LabelSets = model.Tasks.Count == 0 ? null : [.. model.Tasks.Select(t => t.Labels)],
                Head = model.Backbone.HeadSpec,
                Preprocessing = run.Preprocessing,
                Method = run.Job.Method,
                Epoch = epoch,
                Metrics = metrics,
            }
        );
    }

    /// <summary>What is no number is worse than all numbers, but better than nothing kept.</summary>
    private static double Finite(double score) => double.IsFinite(score) ? score : double.MinValue;
}
