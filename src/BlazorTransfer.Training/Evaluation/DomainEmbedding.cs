using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Images;
using BlazorTransfer.Training.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>Lays both domains onto a plane, as a model sees them.</summary>
internal static class DomainEmbedding
{
    // Enough to see; more would hide one another.
    private const int MostOfADomain = 300;
    private const int FewestToCompare = 10;
    private const double MostDeviations = 5;
    private const double ComparisonDecay = 0.01;

    /// <param name="model">The model; it is in evaluation mode afterwards.</param>
    /// <param name="method">Says how it sees either domain.</param>
    /// <param name="source">Images of the source.</param>
    /// <param name="target">Images of the target.</param>
    /// <param name="batchSize">Images computed at once.</param>
    /// <param name="cancel">Stops it.</param>
    public static JointEmbedding Compute(TransferModel model, TransferMethod method, BatchSource source, BatchSource target, int batchSize, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        Seen ofSource = Look(model, method, source, ofTarget: false, batchSize, cancel), ofTarget = Look(model, method, target, ofTarget: true, batchSize, cancel);
        Tensor all = cat([ofSource.Features, ofTarget.Features]).to(float64);
        Tensor centred = WithoutOutliers(all.Minus(all.mean([0], keepdim: true)));
        (_, Tensor values, Tensor directions) = linalg.svd(centred, fullMatrices: false);
        long components = Math.Min(2, directions.shape[0]);
        Tensor plane = centred.mm(directions.narrow(0, 0, components).t());
        double variance = values.square().sum().ToDouble(), shown = values.narrow(0, 0, components).square().sum().ToDouble();
        bool enough = Math.Min(ofSource.Samples.Count, ofTarget.Samples.Count) >= FewestToCompare;
        double[] places = plane.cpu().data<double>().ToArray();
        Sample[] samples = [.. ofSource.Samples, .. ofTarget.Samples];
        long[] predicted = [.. ofSource.Predicted, .. ofTarget.Predicted];
        return new JointEmbedding(
            [
                .. samples.Select((s, i) => new EmbeddedImage(
                    s.Sha256, i >= ofSource.Samples.Count, Rounded(places[i * components]), components < 2 ? 0 : Rounded(places[i * components + 1]),
                    model.Classes[(int)predicted[i]], s.Label)),
            ],
            variance > 0 ? shown / variance : 0,
            enough ? ProxyADistance.Measure(ofSource.Features, ofTarget.Features, ComparisonDecay, cancel) : null);
    }

    /// <summary>
    /// Each feature in mean deviations, and what lies further out than five of them at that distance: a feature that hardly ever varies would push
    /// all but a few images into a corner.
    /// </summary>
    private static Tensor WithoutOutliers(Tensor centred)
    {
        Tensor deviation = centred.abs().mean([0], keepdim: true);
        // A feature that does not vary at all stays at zero.
        return (centred / deviation.Clamp(1e-12, double.MaxValue)).Clamp(-MostDeviations, MostDeviations);
    }

    /// <summary>Evenly spread over the images, which come class by class, and in each batch some of all of them.</summary>
    private static Seen Look(TransferModel model, TransferMethod method, BatchSource images, bool ofTarget, int batchSize, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        int count = images.Samples.Count, taken = Math.Min(count, MostOfADomain);
        int[] order = [.. Enumerable.Range(0, taken).Select(i => (int)((long)i * count / taken))];
        new Random(0).Shuffle(order);
        List<Tensor> features = [], predicted = [];
        foreach (Batch batch in images.Read(order, batchSize, epoch: 0, cancel))
        {
            using var step = NewDisposeScope();
            using Batch own = batch;
            // A copy, also where the batch is the features.
            features.Add(method.Embed(model, batch, ofTarget).clone().MoveToOuterDisposeScope());
            model.Backbone.eval();
            predicted.Add(model.Logits(batch.Inputs, batch.Entry).argmax(1).MoveToOuterDisposeScope());
            cancel.ThrowIfCancellationRequested();
        }

        return new Seen([.. order.Select(i => images.Samples[i])], cat(features).MoveToOuterDisposeScope(), cat(predicted).cpu().data<long>().ToArray());
    }

    // A file of many digits says no more.
    private static double Rounded(double value) => Math.Round(value, 4);

    /// <param name="Samples">The images.</param>
    /// <param name="Features">[N, D].</param>
    /// <param name="Predicted">Class numbers.</param>
    private sealed record Seen(IReadOnlyList<Sample> Samples, Tensor Features, long[] Predicted);
}
