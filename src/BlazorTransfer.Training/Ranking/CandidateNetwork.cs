using System.Diagnostics;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Diagnostics;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Ranking;

/// <summary>A candidate's network with its weights, ready to give features.</summary>
internal sealed class CandidateNetwork : IDisposable
{
    private readonly Device _device;

    private CandidateNetwork(Backbone backbone, Device device) => (Backbone, _device) = (backbone, device);

    public Backbone Backbone { get; }

    /// <exception cref="WeightsException">The file cannot be used; the message says why.</exception>
    public static CandidateNetwork Open(RankingCandidate candidate, int seed, Device device)
    {
        IReadOnlyDictionary<string, TensorData>? tensors = candidate.File is null ? null : PretrainedFile.Open(candidate.File);
        string name =
            candidate.Backbone
            ?? Infer(tensors ?? throw new WeightsException("ranking.unnamed", $"Neither a network nor a file was named."));
        if (BackboneRegistry.Find(name) is null)
            throw new WeightsException("network.unknown", $"There is no network named '{name}'.");
        manual_seed(seed);
        // The head is not asked, so that its classes do not matter.
        Backbone backbone = BackboneRegistry.Create(name, classes: 2);
        try
        {
            if (tensors is not null)
                WeightsLoader.Load(backbone, tensors, takeHead: false);
            backbone.eval();
            backbone.to(device);
            return new CandidateNetwork(backbone, device);
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>What the head would see of each image, as one vector: [N, D] on the CPU, and images/s through the network.</summary>
    public (Tensor Features, double ImagesPerSecond) Extract(
        BatchSource images,
        int batchSize,
        Action<int> progress,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor features = empty(images.Samples.Count, Backbone.Spec.FeatureDim);
        int done = 0;
        var rates = new List<double>();
        foreach (Batch batch in images.ReadAll(batchSize, cancel))
        {
            using var step = NewDisposeScope();
            using Tensor inputs = batch.Inputs,
                labels = batch.Labels;
            long start = Stopwatch.GetTimestamp();
            // Copying to the CPU also waits for a GPU.
            Tensor part = Backbone.Pool(Backbone.ForwardFeatures(inputs)).cpu();
            rates.Add(batch.Samples.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
            features.narrow(0, done, part.shape[0]).copy_(part);
            progress(done += batch.Samples.Count);
            cancel.ThrowIfCancellationRequested();
        }

        return (features.MoveToOuterDisposeScope(), TypicalRate(rates));
    }

    public void Dispose() => Backbone.Dispose();

    /// <summary>The rate of the batch that is faster than three quarters of the others, as <see cref="SpeedMeter"/> has it; the first only
    /// allocates.</summary>
    private static double TypicalRate(List<double> rates)
    {
        double[] counted = [.. rates.Skip(rates.Count > 1 ? 1 : 0).Order()];
        return counted[counted.Length * 3 / 4];
    }

    private static string Infer(IReadOnlyDictionary<string, TensorData> tensors) =>
        WeightsLoader.FittingBackbones(tensors) switch
        {
            [var only] => only,
            [] => throw new WeightsException(
                WeightsLoader.Closest(tensors)?.Describe()
                    ?? Message.Of(
                        "weights.fit-none",
                        $"It fits none of the known networks. It must be a state dictionary with torchvision's names, or an ONNX network "
                            + $"with the same layers."
                    )
            ),
            var several => throw new WeightsException("weights.fits-several", $"It fits several backbones ({several}): say which."),
        };
}
