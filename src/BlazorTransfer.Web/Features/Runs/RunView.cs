using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What the run page shows, gathered from the events in order: the run itself, by the same fold as everywhere, and the
/// points of its charts.</summary>
/// <param name="run">The run as it is stored; events that it has already change nothing of it.</param>
internal sealed class RunView(Run run)
{
    public Run Run { get; private set; } = run;
    public long LastSequence { get; private set; }
    public RunStarted? Started { get; private set; }
    public PhaseProgressed? Phase { get; private set; }
    public StepCompleted? LastStep { get; private set; }
    public EpochCompleted? LastEpoch { get; private set; }
    public RunFinished? Finished { get; private set; }
    public ArtifactWritten? Package { get; private set; }
    public ThinnedPoints StepLoss { get; } = new();
    public List<ChartPoint> EpochLoss { get; } = [];

    /// <summary>Training and validation accuracy by epoch; of images with several labels micro F1 of training, and mAP, micro and
    /// macro F1 of
    /// validation.</summary>
    public List<ChartPoint> Accuracy { get; } = [];

    /// <summary>The named parts of the loss, where a method has several.</summary>
    public IReadOnlyList<string> PartNames { get; private set; } = [];
    public ThinnedPoints LossParts { get; } = new();

    /// <summary>Distances of the domains by epoch; empty where there is no target.</summary>
    public MetricCurves DomainLikeness { get; } =
        new(
            (MetricKeys.DomainDistance, Texts<RunTexts>.Get("ProxyADistance")),
            (MetricKeys.DomainDiscrepancy, Texts<RunTexts>.Get("Mmd")),
            (MetricKeys.DiscriminatorAccuracy, Texts<RunTexts>.Get("DiscriminatorAccuracy"))
        );
    public IReadOnlyList<MetricCurves> LabelFree { get; } =
    [
        new((MetricKeys.TargetInformation, Texts<RunTexts>.Get("InformationMaximisation"))),
        new((MetricKeys.TargetDensity, Texts<RunTexts>.Get("NeighbourhoodDensity"))),
        new((MetricKeys.TargetRisk, Texts<RunTexts>.Get("EmbeddedValidation"))),
    ];

    /// <summary>Validation accuracy on each label set that is learned beside the classes, and what errors on each count where that is
    /// learned too.</summary>
    public MetricCurves LabelSetAccuracy { get; private set; } = new();
    public MetricCurves TaskWeights { get; private set; } = new();
    public ThinnedPoints LearningRate { get; } = new();
    public ThinnedPoints Speed { get; } = new();
    public List<SamplesPredicted> Samples { get; } = [];
    public List<EvaluationCompleted> Evaluations { get; } = [];
    public List<MessageLogged> Messages { get; } = [];

    /// <summary>The epoch whose model is kept, evaluated and downloaded; null before the first one ends.</summary>
    public int? KeptEpoch => Finished?.BestEpoch ?? Run.BestEpoch;

    /// <summary>Features were computed before the training.</summary>
    public bool HasComputedFeatures { get; private set; }

    /// <summary>Fraction of the running phase, 0…1.</summary>
    public double Fraction => Phase is null || Phase.Total == 0 ? 0 : (double)Phase.Done / Phase.Total;

    /// <summary>Takes over names and notes, which are not among the events of the stream.</summary>
    public void TakeAnnotations(Run stored) => Run = Run.WithAnnotationsOf(stored);

    public void Apply(RunEvent runEvent)
    {
        Run = Run.Apply(runEvent);
        if (runEvent.Sequence <= LastSequence)
            return;
        LastSequence = runEvent.Sequence;
        switch (runEvent)
        {
            case RunStarted e:
                Started = e;
                LabelSetAccuracy = new MetricCurves([
                    (e.Kind == LabelKind.MultiLabel ? MetricKeys.ValidationMap : MetricKeys.ValidationTop1, Texts<RunTexts>.Get("Classes")),
                    .. e.LabelSets.Select(s => (MetricKeys.Of(MetricKeys.ValidationTop1, s.Name), s.Name)),
                ]);
                TaskWeights = new MetricCurves([
                    (MetricKeys.TaskWeight, Texts<RunTexts>.Get("Classes")),
                    .. e.LabelSets.Select(s => (MetricKeys.Of(MetricKeys.TaskWeight, s.Name), s.Name)),
                ]);
                break;
            case PhaseProgressed e:
                Phase = e;
                HasComputedFeatures |= e.Phase == RunPhase.ExtractingFeatures;
                break;
            case StepCompleted e:
                LastStep = e;
                StepLoss.Add(new ChartPoint(e.Step, e.Loss));
                if (e.LossParts is { } parts)
                {
                    // The first step names them all.
                    if (LossParts.Count == 0)
                        PartNames = [.. parts.Keys];
                    LossParts.Add(
                        new ChartPoint(
                            e.Step,
                            [.. PartNames.Select(name => parts.TryGetValue(name, out double part) ? part : (double?)null)]
                        )
                    );
                }

                LearningRate.Add(new ChartPoint(e.Step, e.LearningRate));
                Speed.Add(new ChartPoint(e.Step, e.ImagesPerSecond));
                break;
            case EpochCompleted e:
                LastEpoch = e;
                EpochLoss.Add(new ChartPoint(e.Epoch, Metric(e, MetricKeys.TrainLoss), Metric(e, MetricKeys.ValidationLoss)));
                // As many values as the chart has curves.
                double?[] accuracy =
                    Run.Kind == LabelKind.MultiLabel
                        ?
                        [
                            Metric(e, MetricKeys.TrainMicroF1),
                            Metric(e, MetricKeys.ValidationMap),
                            Metric(e, MetricKeys.ValidationMicroF1),
                            Metric(e, MetricKeys.ValidationMacroF1),
                        ]
                        : [Metric(e, MetricKeys.TrainTop1), Metric(e, MetricKeys.ValidationTop1)];
                DomainLikeness.Add(e);
                foreach (MetricCurves score in LabelFree)
                    score.Add(e);
                LabelSetAccuracy.Add(e);
                TaskWeights.Add(e);
                Accuracy.Add(
                    new ChartPoint(
                        e.Epoch,
                        e.Metrics.TryGetValue(MetricKeys.TargetTop1, out double target) ? [.. accuracy, target] : accuracy
                    )
                );
                break;
            case SamplesPredicted e:
                Samples.Add(e);
                break;
            case EvaluationCompleted e:
                Evaluations.Add(e);
                break;
            case ArtifactWritten e:
                Package = e;
                break;
            case MessageLogged e:
                Messages.Add(e);
                break;
            case RunFinished e:
                Finished = e;
                break;
            case CheckpointSaved:
            case RunQueued or AttemptStarted or RunCancelRequested or RunStopRequested or RunDeleted:
            case RunRenamed or ExperimentRenamed or NotesChanged:
                break;
            default:
                throw new InvalidOperationException($"No view of {runEvent.GetType().Name}.");
        }
    }

    public static string NameOf(RunPhase phase) => Texts<RunTexts>.Get($"Phase.{phase}");

    /// <summary>Precision and recall of each class, from the confusion matrix or the labels' scores; null where nothing was predicted
    /// or there is nothing to
    /// find.</summary>
    public static IReadOnlyList<(double? Precision, double? Recall, int Images)> PerClass(EvaluationCompleted evaluation) =>
        evaluation.LabelScores is { } scores
            ? [.. scores.Select(s => (s.Precision, s.Recall, s.Images))]
            :
            [
                .. evaluation.ConfusionMatrix.Select(
                    (row, c) =>
                    {
                        int hits = row[c],
                            images = row.Sum(),
                            predicted = evaluation.ConfusionMatrix.Sum(r => r[c]);
                        return (
                            predicted == 0 ? (double?)null : (double)hits / predicted,
                            images == 0 ? (double?)null : (double)hits / images,
                            images
                        );
                    }
                ),
            ];

    /// <summary>What rows and columns of an evaluation stand for.</summary>
    public IReadOnlyList<string> ClassesOf(EvaluationCompleted evaluation) =>
        Started!.LabelSets.FirstOrDefault(s => s.Name == evaluation.LabelSet)?.Labels ?? Started.Classes;

    /// <summary>What an evaluation was made on, as a heading; the model is that of the best epoch.</summary>
    public string TitleOf(EvaluationCompleted evaluation)
    {
        string results = evaluation.OfTarget
            ? Texts<RunTexts>.Get(Started!.TargetLabelled > 0 ? "Results.TargetLabelled" : "Results.Target")
            : Texts<RunTexts>.Get($"Results.{evaluation.Split}");
        if (evaluation is { OfTarget: false, LabelSet: { } set })
            results = Texts<RunTexts>.Get("Results.OfSet", results, set);
        return Started!.Epochs > 1 && KeptEpoch is { } best ? Texts<RunTexts>.Get("Results.BestEpoch", results, best) : results;
    }

    /// <summary>An epoch with the part that it plays: <c>epoch 7 (best)</c>.</summary>
    public string NameOfEpoch(int epoch)
    {
        string name = (epoch == KeptEpoch, epoch == LastEpoch?.Epoch, Run.Status.IsFinal()) switch
        {
            (true, true, true) => "EpochName.BestAndFinal",
            (true, false, true) => "EpochName.Best",
            (true, _, false) => "EpochName.BestSoFar",
            (false, true, true) => "EpochName.Final",
            (false, true, false) => "EpochName.Latest",
            _ => "EpochName",
        };
        return Texts<RunTexts>.Get(name, epoch);
    }

    /// <summary>Validation accuracy of the best model on the label sets; of the last epoch, until that is evaluated.</summary>
    public IEnumerable<(string Name, double Top1, bool OfBest)> LabelSetTop1()
    {
        foreach (string name in Started?.LabelSets.Select(s => s.Name) ?? [])
        {
            string key = MetricKeys.Of(MetricKeys.ValidationTop1, name);
            EvaluationCompleted? best = Evaluations.FirstOrDefault(e => e.LabelSet == name && e.Metrics.ContainsKey(key));
            if ((best?.Metrics ?? LastEpoch?.Metrics)?.TryGetValue(key, out double top1) == true)
                yield return (name, top1, best is not null);
        }
    }

    private static double? Metric(EpochCompleted e, string key) => e.Metrics.TryGetValue(key, out double value) ? value : null;
}
