using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>What a next step opens.</summary>
internal enum NextStepKind
{
    AdaptToTarget,
    CheckLabels,
    UseImageNetWeights,
    CrossValidate,
    TrainLonger,
    TryLinearProbe,
    TrainFeatures,
    AddImages,
    CompareConfigurations,
    TryAnImage,
}

/// <summary>A suggestion with a button.</summary>
/// <param name="Kind">What the button opens, and what it is called.</param>
/// <param name="Text">Why, in one or two sentences.</param>
internal sealed record NextStep(NextStepKind Kind, string Text);

/// <summary>What a run started from, as far as it matters for the accuracy to expect.</summary>
internal enum StartingPoint
{
    /// <summary>Weights of a large data set, or weights that nothing is known of.</summary>
    Pretrained,

    /// <summary>The small built-in network, trained on Tiny ImageNet.</summary>
    SmallNetwork,
    RandomWeights,
}

/// <summary>What <see cref="NextSteps"/> needs to know about a finished run.</summary>
internal sealed record ResultFacts
{
    public required RunResult Result { get; init; }

    /// <summary>Training images of a class, on average.</summary>
    public required int ImagesPerClass { get; init; }

    /// <summary>Training accuracy in the best epoch, 0…1; null where the method trains without epochs.</summary>
    public double? TrainTop1 { get; init; }

    /// <summary>Validation accuracy by epoch, 0…1.</summary>
    public IReadOnlyList<double> Top1ByEpoch { get; init; } = [];
    public int PlannedEpochs { get; init; }
    public StartingPoint Start { get; init; }

    /// <summary>A network with ImageNet weights that is here and that the run does not use; null where there is none.</summary>
    public string? ImageNetNetwork { get; init; }

    /// <summary>The method only trains a head on frozen features.</summary>
    public bool IsProbe { get; init; }
    public bool HasTarget { get; init; }
    public bool AdaptsToTarget { get; init; }

    /// <summary>The run belongs to a search, a cross-validation, repeats or a comparison.</summary>
    public bool IsPartOfExperiment { get; init; }
}

/// <summary>
/// One to three suggestions for what to do after a run. Each rule states its measurement: <c>.github/learning.md</c> (methods by number of
/// images, ImageNet weights), <c>.github/builtin-backbone.md</c> (small network, images unlike photographs), <c>.github/adaptation.md</c>
/// (domain adaptation), or the statistics of the run itself.
/// </summary>
internal static class NextSteps
{
    public const int Most = 3;

    // Little is left to gain above this; ImageNet weights with a linear probe reach it on hymenoptera (learning.md).
    private const double GoodEnough = 0.95;
    private const double NearChance = 0.1;
    private const double WideInterval = 0.2;
    private const double LargeGap = 0.1;
    private const double RisingBy = 0.01;
    private const int FewestEpochsOfACurve = 5;

    // learning.md: up to 20 images of a class, nothing beats a linear probe; from 50 on, training the features starts to gain.
    private const int FewImages = 20;
    private const int EnoughToTrainFeatures = 50;

    public static IReadOnlyList<NextStep> For(ResultFacts facts)
    {
        NextStep[] found = [.. Rules(facts).OfType<NextStep>().Take(Most)];
        return found.Length > 0 ? found : [Try];
    }

    private static NextStep Try => Suggest(NextStepKind.TryAnImage);

    /// <summary>A step whose text has the name of its kind.</summary>
    private static NextStep Suggest(NextStepKind kind, params object[] values) =>
        new(kind, Texts<RunDetailTexts>.Get($"Step.{kind}", values));

    // The most important first.
    private static IEnumerable<NextStep?> Rules(ResultFacts facts)
    {
        bool mayGain = facts.Result.Accuracy < GoodEnough;
        yield return AdaptToTarget(facts);
        yield return CompareWithChance(facts.Result);
        yield return mayGain ? UseImageNetWeights(facts) : null;
        yield return Rising(facts);
        yield return mayGain ? Overfitting(facts) : null;
        yield return mayGain ? TrainFeatures(facts) : null;
        yield return WiderThanUseful(facts);
        yield return mayGain && !facts.IsPartOfExperiment ? Suggest(NextStepKind.CompareConfigurations) : null;
    }

    // adaptation.md, PACS-small: source only 48 %, CORAL 59 %, MCC 68 %, each as a mean over six pairs of domains.
    private static NextStep? AdaptToTarget(ResultFacts facts) =>
        facts is { HasTarget: true, AdaptsToTarget: false, Result.Accuracy: < GoodEnough } ? Suggest(NextStepKind.AdaptToTarget) : null;

    private static NextStep? CompareWithChance(RunResult result)
    {
        string chance = Format.Percent(result.Chance);
        string? text =
            result.Interval.Low <= result.Chance ? Texts<RunDetailTexts>.Get("Step.NotAboveChance", chance, result.CommonClass)
            : result.Accuracy - result.Chance < NearChance
                ? Texts<RunDetailTexts>.Get("Step.NearChance", chance, result.CommonClass, $"{100 * (result.Accuracy - result.Chance):F0}")
            : null;
        return text is null ? null : new NextStep(NextStepKind.CheckLabels, text);
    }

    // learning.md: 95.9 % on hymenoptera; the small network 80.7 %. builtin-backbone.md: from scratch 68.6 %.
    private static NextStep? UseImageNetWeights(ResultFacts facts) =>
        (facts.ImageNetNetwork, facts.Start) switch
        {
            (null, _) or (_, StartingPoint.Pretrained) => null,
            ({ } network, StartingPoint.SmallNetwork) => new NextStep(
                NextStepKind.UseImageNetWeights,
                Texts<RunDetailTexts>.Get("Step.FromSmallNetwork", network)
            ),
            ({ } network, StartingPoint.RandomWeights) => new NextStep(
                NextStepKind.UseImageNetWeights,
                Texts<RunDetailTexts>.Get("Step.FromRandomWeights", network)
            ),
            _ => throw new InvalidOperationException($"No rule for {facts.Start}."),
        };

    private static NextStep? Rising(ResultFacts facts)
    {
        IReadOnlyList<double> top1 = facts.Top1ByEpoch;
        if (top1.Count < FewestEpochsOfACurve || top1.Count < facts.PlannedEpochs)
            return null;
        double before = top1.SkipLast(Math.Max(1, top1.Count / FewestEpochsOfACurve)).Max(),
            gain = top1[^1] - before;
        return gain < RisingBy ? null : Suggest(NextStepKind.TrainLonger, $"{100 * gain:F1}", facts.PlannedEpochs);
    }

    // learning.md: with 10 or 20 images of a class, training more than the head lost 2 to 6 points; no augmentation helped.
    private static NextStep? Overfitting(ResultFacts facts)
    {
        if (facts.TrainTop1 is not { } train || train - facts.Result.Accuracy < LargeGap || train <= facts.Result.Interval.High)
            return null;
        string gap = $"{100 * (train - facts.Result.Accuracy):F0}";
        return facts is { IsProbe: false, ImagesPerClass: <= FewImages, Start: not StartingPoint.RandomWeights }
            ? Suggest(NextStepKind.TryLinearProbe, Format.Percent(train), gap, FewImages)
            : Suggest(NextStepKind.AddImages, Format.Percent(train), gap);
    }

    // learning.md: 2 to 3 points with 50 images of a class; builtin-backbone.md: 15 points on drawn surfaces with 80 of a class.
    private static NextStep? TrainFeatures(ResultFacts facts) =>
        facts is { IsProbe: true, HasTarget: false, ImagesPerClass: >= EnoughToTrainFeatures } ? Suggest(NextStepKind.TrainFeatures) : null;

    private static NextStep? WiderThanUseful(ResultFacts facts) =>
        facts.Result.Interval.High - facts.Result.Interval.Low < WideInterval || facts.HasTarget || facts.IsPartOfExperiment
            ? null
            : Suggest(
                NextStepKind.CrossValidate,
                facts.Result.ImagesText,
                $"{100 * (facts.Result.Interval.High - facts.Result.Interval.Low):F0}"
            );
}
