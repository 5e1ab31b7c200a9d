using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Train;

/// <summary>
/// What the presets try on a data set. The choices follow the measurements in <c>.github/learning.md</c>: heads on frozen features come
/// first, and all layers are trained only with enough images of each class.
/// </summary>
/// <param name="catalogue">Networks and methods.</param>
/// <param name="dataset">The images; the latest version is used.</param>
/// <param name="choices">Networks with something to start from.</param>
/// <param name="times">Estimates for these images.</param>
internal sealed class Presets(Catalogue catalogue, Dataset dataset, IReadOnlyList<RankingChoice> choices, TrainingTimes times)
{
    /// <summary>Networks that Best compares after the ranking.</summary>
    public const int BestNetworks = 2;
    private const int UsualFolds = 5;

    // With few validation images one split says little (see DatasetWarnings), and three folds of frozen features cost seconds.
    private const int FewFolds = 3;
    private const int FewestEpochs = 3;

    /// <summary>Most time of a fine-tuning in Balanced; fewer epochs make it shorter.</summary>
    private static readonly TimeSpan BalancedTuning = TimeSpan.FromMinutes(10);

    /// <summary>Most time of all folds of a fine-tuning in Best.</summary>
    private static readonly TimeSpan BestTuning = TimeSpan.FromMinutes(60);

    /// <summary>The network of Quick and Balanced: the default one, else a recommended one, else any with pretrained weights.</summary>
    public RankingChoice? Default { get; } =
        choices
            .Where(c => c.RunId is null)
            .OrderByDescending(c => c.Backbone == catalogue.DefaultBackbone)
            .ThenByDescending(c => c.Backbone.Has(BackboneRole.Recommended))
            .FirstOrDefault();

    /// <summary>Number of networks and models that Best ranks.</summary>
    public int Candidates => choices.Count;

    private TransferMethodSpec Probe => catalogue.FindMethod(MethodRole.SuggestedFirst) ?? catalogue.DefaultMethod;

    private TransferMethodSpec? Solved =>
        catalogue.Methods.FirstOrDefault(m =>
            m.FitsAtOnce
            && m.Has(MethodRole.FeatureProbe)
            && (m.SingleLabel == SingleLabelNeed.None || dataset.Latest.Kind == LabelKind.SingleLabel)
        );

    private int ImagesPerClass => dataset.Latest.Of(Split.Train) / Math.Max(1, dataset.Latest.Classes.Count);

    /// <summary>Images of the smallest class that cross-validation can deal into folds; all images where each may have several
    /// classes.</summary>
    private int FewestImages =>
        dataset.Latest.Kind == LabelKind.MultiLabel
            ? dataset.Latest.Of(Split.Train) + dataset.Latest.Of(Split.Validation)
            : dataset.Latest.Classes.Select(c => c.Train + c.Validation).DefaultIfEmpty(0).Min();

    private int BalancedFolds =>
        dataset.Latest.Of(Split.Validation) < DatasetWarnings.FewestValidationImages ? Math.Min(FewFolds, FewestImages) : 0;

    private int BestFolds => Math.Clamp(FewestImages, 2, UsualFolds);

    /// <summary>The cards, from the shortest to the longest.</summary>
    public IReadOnlyList<PresetOffer> Offers() =>
        Default is null
            ? []
            :
            [
                Offer(TrainPreset.Quick, Quick()),
                Offer(TrainPreset.Balanced, Balanced()),
                new PresetOffer(TrainPreset.Best, BestSteps(), BestTime(), FewestImages < 2 ? Texts<TrainTexts>.Get("BestNeeds") : null),
            ];

    /// <summary>One linear probe on the data set's own split.</summary>
    public Comparison Quick() => Of([Default!], withAllHeads: false, folds: 0, tuningBudget: null);

    /// <summary>Heads on frozen features and, with enough images, one fine-tuning.</summary>
    public Comparison Balanced()
    {
        int folds = BalancedFolds < 2 ? 0 : BalancedFolds;
        Comparison comparison = Of([Default!], withAllHeads: true, folds, BalancedTuning);
        return folds == 0 ? comparison : comparison with { Steps = [.. comparison.Steps, Texts<TrainTexts>.Get("FewValidation", folds)] };
    }

    /// <summary>The best networks of a ranking, cross-validated.</summary>
    /// <param name="networks">The best one first.</param>
    public Comparison Best(IReadOnlyList<RankingChoice> networks) => Of(networks, withAllHeads: true, BestFolds, BestTuning);

    private static PresetOffer Offer(TrainPreset preset, Comparison comparison) => new(preset, comparison.Steps, comparison.Time);

    private List<string> BestSteps()
    {
        Comparison comparison = Best(Candidates > 1 ? [.. choices.Take(BestNetworks)] : [Default!]);
        var steps = new List<string>();
        if (Candidates > 1)
            steps.Add(Texts<TrainTexts>.Get("Step.Rank", Candidates));
        steps.Add(
            Candidates > 1
                ? Texts<TrainTexts>.Get("Step.CompareBest", Math.Min(BestNetworks, Candidates), BestFolds)
                : Texts<TrainTexts>.Get("Step.Compare", BestFolds)
        );
        steps.AddRange(comparison.Steps);
        return steps;
    }

    private TimeRange BestTime()
    {
        if (Candidates <= 1)
            return Best([Default!]).Time;
        (double ranking, bool isGuess) = times.OfRanking([.. choices.Select(c => c.Backbone)]);
        // Which networks win is not known yet: the range is from the cheapest to the most expensive ones.
        Comparison cheap = Best([.. choices.Take(BestNetworks)]),
            dear = Best([.. choices.TakeLast(BestNetworks).Reverse()]);
        TimeRange first = TimeRange.Around(ranking, isGuess);
        // A fine-tuning may be left out on an expensive network, so that either can be the longer one.
        return new TimeRange(
            first.Low + Shortest(cheap.Time.Low, dear.Time.Low),
            first.High + Longest(cheap.Time.High, dear.Time.High),
            isGuess || cheap.Time.IsGuess || dear.Time.IsGuess
        );
    }

    private static TimeSpan Shortest(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private Comparison Of(IReadOnlyList<RankingChoice> networks, bool withAllHeads, int folds, TimeSpan? tuningBudget)
    {
        var requests = new List<RunRequest>();
        var steps = new List<string>();
        double seconds = 0;
        bool isGuess = false;
        int turns = Math.Max(1, folds);
        foreach (RankingChoice network in networks)
        {
            Add(network, Probe, EpochsOf(Probe), hasFeatures: false);
            if (withAllHeads && Solved is { } solved && solved != Probe)
                Add(network, solved, 0, hasFeatures: true);
        }

        steps.AddRange(networks.Count > 0 ? HeadSteps(withAllHeads, networks) : []);
        if (tuningBudget is { } budget && networks.Count > 0 && TuningMethod is { } tuning)
        {
            int epochs = AffordableEpochs(networks[0].Backbone, tuning, turns, budget);
            if (epochs >= FewestEpochs)
            {
                Add(networks[0], tuning, epochs, hasFeatures: true);
                steps.Add(
                    networks.Count == 1
                        ? Texts<TrainTexts>.Get("Step.Tune", tuning.DisplayName, epochs)
                        : Texts<TrainTexts>.Get("Step.TuneBest", tuning.DisplayName)
                );
            }
            else
            {
                steps.Add(Texts<TrainTexts>.Get("Step.NoTuning", tuning.DisplayName));
            }
        }

        return new Comparison(requests, steps, TimeRange.Around(seconds, isGuess));

        void Add(RankingChoice network, TransferMethodSpec method, int epochs, bool hasFeatures)
        {
            requests.Add(Request(network, method, epochs, folds));
            for (int turn = 0; turn < turns; turn++)
            {
                (double one, bool guessed) = times.OfRun(network.Backbone, method, epochs, hasFeatures || turn > 0);
                (seconds, isGuess) = (seconds + one, isGuess || guessed);
            }
        }
    }

    private IEnumerable<string> HeadSteps(bool withAllHeads, IReadOnlyList<RankingChoice> networks)
    {
        yield return networks.Count == 1
            ? Texts<TrainTexts>.Get("Step.Method", Probe.DisplayName, networks[0].Backbone.DisplayName)
            : Probe.DisplayName;
        if (withAllHeads && Solved is { } solved && solved != Probe)
            yield return Texts<TrainTexts>.Get("Step.Solved", solved.DisplayName);
    }

    private TransferMethodSpec? TuningMethod => MethodAdvice.TuningFor(ImagesPerClass) is { } role ? catalogue.FindMethod(role) : null;

    /// <summary>The method's own number of epochs, or as many as fit into the time.</summary>
    private int AffordableEpochs(BackboneSpec network, TransferMethodSpec tuning, int turns, TimeSpan budget)
    {
        double left = budget.TotalSeconds / turns - TrainingTimes.Overhead;
        return (int)Math.Min(EpochsOf(tuning), left / Math.Max(1e-3, times.SecondsPerEpoch(network)));
    }

    private int EpochsOf(TransferMethodSpec method) =>
        (int)(catalogue.SettingsOf(method).FirstOrDefault(p => p.Name == ParameterNames.Epochs)?.Default.AsNumber ?? 0);

    private RunRequest Request(RankingChoice network, TransferMethodSpec method, int epochs, int folds) =>
        new()
        {
            DatasetId = dataset.Id,
            DatasetVersion = dataset.Latest.Number,
            Backbone = network.Backbone.Name,
            WeightsId = method.TakesWeights && network.RunId is null ? network.Key : null,
            ParentRunId = method.TakesWeights ? network.RunId : null,
            Method = method.Name,
            Parameters =
                epochs == EpochsOf(method) || epochs == 0
                    ? new Dictionary<string, ParameterValue>()
                    : new Dictionary<string, ParameterValue> { [ParameterNames.Epochs] = epochs },
            Folds = folds,
        };
}
