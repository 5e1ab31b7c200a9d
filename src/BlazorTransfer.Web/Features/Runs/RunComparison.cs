using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>A run in a comparison.</summary>
/// <param name="Run">The run.</param>
/// <param name="View">Its events so far.</param>
internal sealed record ComparedRun(Run Run, RunView View)
{
    /// <summary>What charts and sentences call it.</summary>
    public string Mark => $"#{Run.Submission.Number}";

    public EvaluationCompleted? Evaluation(Split split) =>
        View.Evaluations.FirstOrDefault(e => e.Split == split && !e.OfTarget && e.LabelSet is null);
}

/// <summary>A row of a comparison: a cell for each run.</summary>
/// <param name="Title">What is compared.</param>
/// <param name="Cells">One for each run.</param>
/// <param name="Hint">How to read it; null where the title says it.</param>
internal sealed record ComparedRow(string Title, IReadOnlyList<ComparedCell> Cells, string? Hint = null);

/// <param name="Text">What is shown.</param>
/// <param name="Detail">Smaller, below it.</param>
/// <param name="IsBest">The best of its row.</param>
internal sealed record ComparedCell(string Text, string? Detail = null, bool IsBest = false)
{
    public static ComparedCell None { get; } = new("–");

    /// <summary>Value of a run that has not started; it counts as no difference.</summary>
    public static ComparedCell Unknown => new(Texts<RunTexts>.Get("NotStarted"));
}

/// <summary>What some runs reached, where they differ, and whether the difference is more than chance. The others are compared with the
/// first.</summary>
/// <param name="runs">The runs.</param>
/// <param name="now">When it is, for runs that go on.</param>
internal sealed class RunComparison(IReadOnlyList<ComparedRun> runs, DateTimeOffset now)
{
    // More classes than a person reads through: those on which the runs differ most.
    public const int MostClasses = 30;

    private LabelKind Kind => MainMetricNames.KindOf(runs.Select(r => r.Run));

    private bool AllTested => runs.All(r => r.Evaluation(Split.Test) is not null);

    /// <summary>Which images decide: those of the test split, where all runs have answered some.</summary>
    public Split Decisive => AllTested ? Split.Test : Split.Validation;

    /// <summary>All were scored on the same images, so that their predictions can be compared.</summary>
    public bool OnSameImages => runs.Select(r => ComparisonBasis.Of(r.Run) with { Target = null }).Distinct().Count() <= 1;

    private bool OnSameTarget => runs.Select(r => ComparisonBasis.Of(r.Run).Target).Distinct().Count() <= 1;

    public IEnumerable<ComparedRow> Results()
    {
        yield return Accuracies(
            MainMetricNames.Of(Kind),
            r => r.Run.BestTop1,
            r => r.View.Started?.ValidationSamples,
            OnSameImages,
            Texts<RunTexts>.Get(Kind == LabelKind.MultiLabel ? "MapRowHelp" : "AccuracyRowHelp")
        );
        if (runs.Any(r => r.Run.LastTop1 is not null))
            yield return Accuracies(
                MainMetricNames.OfFinalEpoch(Kind),
                r => r.Run.LastTop1,
                _ => null,
                OnSameImages,
                Texts<RunTexts>.Get("OnValidation")
            );
        if (runs.Any(r => r.Run.TestTop1 is not null))
            yield return Accuracies(
                MainMetricNames.OfTest(Kind),
                r => r.Run.TestTop1,
                r => r.View.Started?.TestSamples,
                OnSameImages,
                Texts<RunTexts>.Get("TestAccuracyHelp")
            );
        if (runs.Any(r => r.Run.TargetTop1 is not null))
            yield return Accuracies(
                Texts<RunTexts>.Get("TargetAccuracy"),
                r => r.Run.TargetTop1,
                r => r.View.Started?.TargetScored,
                OnSameTarget,
                Texts<RunTexts>.Get("LabelsForScoring")
            );
        if (OnSameImages && runs.Skip(1).Any(r => Gain(r) is not null))
        {
            yield return new ComparedRow(
                Texts<RunTexts>.Get("BetterThan", runs[0].Mark),
                [
                    ComparedCell.None,
                    .. runs.Skip(1)
                        .Select(r =>
                            Gain(r) is { } gain ? new ComparedCell(PairedGain.Points(gain.Difference), Judge(gain)) : ComparedCell.None
                        ),
                ],
                Texts<RunTexts>.Get("PairedHelp", Texts<RunTexts>.Get($"Split.{Decisive}"))
            );
        }

        if (runs.Any(r => r.View.LastEpoch is not null))
            yield return Losses();
        yield return Row(
            Texts<RunTexts>.Get("Epochs"),
            r => r.Run.Epochs == 0 ? null : Texts<RunTexts>.Get("Of", r.Run.Epoch, r.Run.Epochs),
            r => r.Run.BestEpoch is { } best ? Texts<RunTexts>.Get("BestEpoch", best) : null
        );
        yield return Row(Texts<RunTexts>.Get("Time"), r => r.Run.Duration(now) is { } time ? Format.Duration(time) : null);
        if (runs.Any(r => r.View.LastStep is not null))
            yield return Row(Texts<RunTexts>.Get("TrainingSpeed"), r => r.View.LastStep?.ImagesPerSecond.ToString("N0"));
        yield return Row(
            Texts<RunTexts>.Get("ParametersTrained"),
            r => r.View.Started?.TrainableParameters.ToString("N0"),
            r => r.View.Started is { } s ? Texts<RunTexts>.Get("OfTotal", s.Parameters.ToString("N0")) : null
        );
        yield return Row(Texts<RunTexts>.Get("DownloadSize"), r => r.Run.PackageBytes is { } bytes ? Format.Bytes(bytes) : null);
    }

    /// <summary>What runs were asked for: of all of it, or of what differs.</summary>
    /// <param name="all">Also what is the same.</param>
    /// <param name="names">Display names of settings and their values, networks and methods.</param>
    public IEnumerable<ComparedRow> Settings(bool all, DisplayNames names) =>
        AllSettings(names).Where(row => all || row.Cells.Where(c => c != ComparedCell.Unknown).Distinct().Count() > 1);

    /// <summary>Recall of each class on the decisive images, the classes on which the runs differ most first; none where the runs have
    /// other classes or images.</summary>
    public IReadOnlyList<ComparedRow> Recall()
    {
        EvaluationCompleted?[] evaluations = [.. runs.Select(r => r.Evaluation(Decisive))];
        if (
            !OnSameImages
            || evaluations.Any(e => e is null)
            || runs.Any(r => !r.View.Started!.Classes.SequenceEqual(runs[0].View.Started!.Classes))
        )
            return [];
        (double? Precision, double? Recall, int Images)[][] byRun = [.. evaluations.Select(e => RunView.PerClass(e!).ToArray())];
        return
        [
            .. runs[0]
                .View.Started!.Classes.Select(
                    (name, c) => (Name: name, Values: byRun.Select(r => r[c].Recall).ToArray(), byRun[0][c].Images)
                )
                .Where(row => row.Images > 0)
                .OrderByDescending(row => row.Values.Max() - row.Values.Min())
                .Take(MostClasses)
                .Select(row => new ComparedRow(row.Name, Marked(row.Values, v => Format.Percent(v)), Counted.Images(row.Images))),
        ];
    }

    /// <summary>Validation accuracy by epoch, a curve for each run.</summary>
    public IReadOnlyList<ChartPoint> Accuracy() => Curves(view => view.Accuracy);

    /// <summary>Validation loss by epoch, likewise.</summary>
    public IReadOnlyList<ChartPoint> Loss() => Curves(view => view.EpochLoss);

    // Training's curve is the first of either, validation's the second.
    private List<ChartPoint> Curves(Func<RunView, List<ChartPoint>> of)
    {
        Dictionary<double, double?>[] byRun = [.. runs.Select(r => of(r.View).ToDictionary(p => p.X, p => p.Y[1]))];
        return
        [
            .. byRun
                .SelectMany(r => r.Keys)
                .Distinct()
                .Order()
                .Select(x => new ChartPoint(x, [.. byRun.Select(r => r.GetValueOrDefault(x))])),
        ];
    }

    /// <summary>How much better a run is than the first one, image by image; null where their answers are not recorded.</summary>
    public PairedGain? Gain(ComparedRun run) =>
        PairedGain.Of([(run.Evaluation(Decisive)?.Answers ?? "", runs[0].Evaluation(Decisive)?.Answers ?? "")]);

    private static string Judge(PairedGain gain) =>
        Texts<RunTexts>.Get(
            gain.IsGain ? "Better"
                : gain.IsLoss ? "Worse"
                : "NotSignificant",
            Intervals.Of(gain)
        );

    /// <param name="title">What is compared.</param>
    /// <param name="value">The accuracy of a run.</param>
    /// <param name="images">How many images scored it; null for none known.</param>
    /// <param name="comparable">Whether the same images scored all runs; otherwise none is the best.</param>
    /// <param name="hint">How to read it.</param>
    private ComparedRow Accuracies(
        string title,
        Func<ComparedRun, double?> value,
        Func<ComparedRun, int?> images,
        bool comparable,
        string? hint = null
    )
    {
        ComparedCell[] cells = Marked([.. runs.Select(value)], v => Format.Percent(v), marks: comparable);
        return new ComparedRow(
            title,
            [
                .. cells.Zip(
                    runs,
                    (cell, run) =>
                        run.Run.Kind == LabelKind.SingleLabel && value(run) is { } v && images(run) is > 0 and int n
                            ? cell with
                            {
                                Detail = Intervals.Of(AccuracyInterval.Of(v, n)),
                            }
                            : cell
                ),
            ],
            hint
        );
    }

    private ComparedRow Losses()
    {
        double?[] values =
        [
            .. runs.Select(r =>
                r.View.LastEpoch?.Metrics.TryGetValue(MetricKeys.ValidationLoss, out double loss) == true ? loss : (double?)null
            ),
        ];
        return new ComparedRow(
            Texts<RunTexts>.Get("LossFinalEpoch"),
            Marked(values, v => v!.Value.ToString("F4"), lowIsGood: true, OnSameImages),
            Texts<RunTexts>.Get("OnValidation")
        );
    }

    private ComparedRow Row(string title, Func<ComparedRun, string?> text, Func<ComparedRun, string?>? detail = null) =>
        new(title, [.. runs.Select(r => text(r) is { } t ? new ComparedCell(t, detail?.Invoke(r)) : ComparedCell.None)]);

    /// <summary>Cells of which the best is marked, unless all are alike.</summary>
    private static ComparedCell[] Marked(double?[] values, Func<double?, string> show, bool lowIsGood = false, bool marks = true)
    {
        double? best = lowIsGood ? values.Min() : values.Max(),
            worst = lowIsGood ? values.Max() : values.Min();
        return
        [
            .. values.Select(v => v is null ? ComparedCell.None : new ComparedCell(show(v), IsBest: marks && best != worst && v == best)),
        ];
    }

    private IEnumerable<ComparedRow> AllSettings(DisplayNames names)
    {
        yield return Row(Texts<RunTexts>.Get("ImagesOfRun"), r => BestSoFar.DataOf(r.Run));
        yield return Row(Texts<RunTexts>.Get("TargetDomain"), r => r.Run.Submission.TargetName);
        yield return Row(Texts<RunTexts>.Get("Network"), r => names.Of(r.Run.Job.Backbone));
        yield return Row(Texts<RunTexts>.Get("Weights"), r => r.Run.Job.Weights.Name);
        yield return Row(Texts<RunTexts>.Get("Method"), r => names.Of(r.Run.Job.Method));
        yield return Row(Texts<RunTexts>.Get("Teacher"), r => r.Run.Job.Teacher?.Name);
        yield return Row(
            Texts<RunTexts>.Get("FurtherLabelSets"),
            r =>
                r.Run.Job.LabelSets.Count == 0
                    ? null
                    : string.Join("; ", r.Run.Job.LabelSets.Select(l => Texts<RunTexts>.Get("LabelSetWeight", l.Name, l.Weight)))
        );
        yield return Row(Texts<RunTexts>.Get("Seed"), r => $"{r.Run.Job.Seed}");
        yield return Row(
            Texts<RunTexts>.Get("Fold"),
            r => r.Run.Job.Fold is { } fold ? Texts<RunTexts>.Get("Of", fold.Index + 1, fold.Count) : null
        );
        yield return FromWorker(Texts<RunTexts>.Get("Device"), started => Format.Device(started.DeviceDescription));
        foreach (string setting in runs.SelectMany(r => r.View.Started?.Settings.Keys ?? []).Distinct(StringComparer.Ordinal))
            yield return FromWorker(
                names.Of(setting),
                started => started.Settings.TryGetValue(setting, out Core.Catalog.ParameterValue value) ? names.Of(setting, value) : null
            );
    }

    /// <summary>What is known once a worker has begun.</summary>
    private ComparedRow FromWorker(string title, Func<RunStarted, string?> text) =>
        new(
            title,
            [
                .. runs.Select(r =>
                    r.View.Started is not { } started ? ComparedCell.Unknown
                    : text(started) is { } t ? new ComparedCell(t)
                    : ComparedCell.None
                ),
            ]
        );
}
