using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>Lays both domains onto a plane, as a model sees them.</summary>
internal static class DomainEmbedding
{
    // Enough to see; more would hide one another.
    private const int MostOfADomain = 300;
    private const double MostDeviations = 5;

    // What t-SNE looks for neighbours in; the directions behind them are noise.
    private const int NeighbourComponents = 50;
    private const int FewestNeighbours = 10;

    /// <param name="model">The model; it is in evaluation mode afterwards.</param>
    /// <param name="method">Says how it sees either domain.</param>
    /// <param name="source">Images of the source.</param>
    /// <param name="target">Images of the target.</param>
    /// <param name="batchSize">Images computed at once.</param>
    /// <param name="cancel">Stops it.</param>
    public static JointEmbedding Compute(
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
        Tensor all = cat([ofSource.Seen.Features, ofTarget.Seen.Features]).to(float64);
        Tensor centred = WithoutOutliers(all.Minus(all.mean([0], keepdim: true)));
        (_, Tensor values, Tensor directions) = linalg.svd(centred, fullMatrices: false);
        long components = Math.Min(2, directions.shape[0]);
        Tensor plane = centred.mm(directions.narrow(0, 0, components).t());
        double variance = values.square().sum().ToDouble(),
            shown = values.narrow(0, 0, components).square().sum().ToDouble();
        bool enough = Math.Min(ofSource.Samples.Count, ofTarget.Samples.Count) >= ProxyADistance.FewestImages;
        double[] places = plane.cpu().data<double>().ToArray();
        Sample[] samples = [.. ofSource.Samples, .. ofTarget.Samples];
        double[]? neighbourhoods =
            samples.Length < FewestNeighbours
                ? null
                : TSne.Embed(centred.mm(directions.narrow(0, 0, Math.Min(NeighbourComponents, directions.shape[0])).t()), cancel)
                    .cpu()
                    .data<double>()
                    .ToArray();
        long[] predicted = cat([ofSource.Logits, ofTarget.Logits]).argmax(1).cpu().data<long>().ToArray();
        return new JointEmbedding(
            [
                .. samples.Select(
                    (s, i) =>
                        new EmbeddedImage(
                            s.Sha256,
                            i >= ofSource.Samples.Count,
                            Rounded(places[i * components]),
                            components < 2 ? 0 : Rounded(places[i * components + 1]),
                            model.Classes[(int)predicted[i]],
                            s.Label,
                            neighbourhoods is null
                                ? null
                                : new PlanePoint(Rounded(neighbourhoods[2 * i]), Rounded(neighbourhoods[2 * i + 1]))
                        )
                ),
            ],
            variance > 0 ? shown / variance : 0,
            enough ? ProxyADistance.Measure(ofSource.Seen.Features, ofTarget.Seen.Features, ProxyADistance.DefaultDecay, cancel) : null
        );
    }

    /// <summary>
    /// Each feature in mean deviations, and what lies further out than five of them at that distance: a feature that hardly ever varies
    /// would push
    /// all but a few images into a corner.
    /// </summary>
    private static Tensor WithoutOutliers(Tensor centred)
    {
        Tensor deviation = centred.abs().mean([0], keepdim: true);
        // A feature that does not vary at all stays at zero.
        return (centred / deviation.Clamp(1e-12, double.MaxValue)).Clamp(-MostDeviations, MostDeviations);
    }

    // A file of many digits says no more.
    private static double Rounded(double value) => Math.Round(value, 4);
}
