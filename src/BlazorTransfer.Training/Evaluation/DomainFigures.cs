using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>What can be told of a model between two domains without any label of the target, by the keys of
/// <see cref="MetricKeys"/>.</summary>
internal static class DomainFigures
{
    /// <summary>Images of a domain that are looked at; it happens after each epoch.</summary>
    private const int MostOfADomain = 200;

    /// <param name="model">The model; it is in evaluation mode afterwards.</param>
    /// <param name="method">Says how it sees either domain.</param>
    /// <param name="source">Images of the source that the method has not learned from, with labels.</param>
    /// <param name="target">Images of the target; their labels are not asked for.</param>
    /// <param name="batchSize">Images computed at once.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Those figures that so many images are enough for.</returns>
    public static IReadOnlyDictionary<string, double> Measure(
        TransferModel model,
        TransferMethod method,
        BatchSource source,
        BatchSource target,
        int batchSize,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        DomainSample ofSource = DomainSample.Take(model, method, source, ofTarget: false, MostOfADomain, batchSize, cancel);
        DomainSample ofTarget = DomainSample.Take(model, method, target, ofTarget: true, MostOfADomain, batchSize, cancel);
        var figures = new Dictionary<string, double>
        {
            [MetricKeys.TargetInformation] = UnsupervisedScores.InformationMaximisation(ofTarget.Logits),
        };
        if (Math.Min(ofSource.Samples.Count, ofTarget.Samples.Count) < ProxyADistance.FewestImages)
            return figures;
        Tensor features = ofSource.Seen.Features.to(float64),
            others = ofTarget.Seen.Features.to(float64);
        DomainJudgement judgement = ProxyADistance.Judge(features, others, ProxyADistance.DefaultDecay, cancel);
        figures[MetricKeys.TargetDensity] = UnsupervisedScores.SoftNeighbourhoodDensity(ofTarget.Logits);
        figures[MetricKeys.DomainDistance] = judgement.Distance;
        if (judgement.RatiosAreSound)
            figures[MetricKeys.TargetRisk] = UnsupervisedScores.DeepEmbeddedValidation(Losses(ofSource), judgement.DensityRatios);
        figures[MetricKeys.DomainDiscrepancy] = MaximumMeanDiscrepancy.MultiScale(features, others).item<double>();
        return figures;
    }

    private static double[] Losses(DomainSample sample) =>
        nn
            .functional.cross_entropy(sample.Seen.Logits.to(float64), sample.Labels, reduction: nn.Reduction.None)
            .cpu()
            .data<double>()
            .ToArray();
}
