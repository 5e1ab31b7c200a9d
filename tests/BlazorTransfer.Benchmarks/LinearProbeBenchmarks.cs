using BenchmarkDotNet.Attributes;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// One epoch of a linear probe on 64 images: the frozen trunk asked again for each batch, or its features kept from before.
/// </summary>
public class LinearProbeBenchmarks
{
    private const int Images = 64,
        BatchSize = 32;
    private TransferModel _model = null!;
    private Tensor _images = null!,
        _features = null!,
        _labels = null!;
    private optim.Optimizer _optimizer = null!;

    [GlobalSetup]
    public void Build()
    {
        manual_seed(1);
        _model = new TransferModel(BackboneRegistry.Create("mobilenet_v2", 4), ["a", "b", "c", "d"], CPU);
        _model.Backbone.Freeze(_model.HeadEntry);
        _model.Backbone.train();
        _images = rand(Images, 3, 224, 224);
        _labels = randint(0, 4, [Images], dtype: ScalarType.Int64);
        using (no_grad())
            _features = _model.ForwardTo(_model.HeadEntry, _images);
        _optimizer = optim.SGD(_model.Backbone.Head.parameters(), 0.01);
    }

    [Benchmark(Baseline = true)]
    public void TrunkInEachEpoch() => Epoch(_images, entry: 0);

    [Benchmark]
    public void FeaturesKept() => Epoch(_features, _model.HeadEntry);

    [GlobalCleanup]
    public void Free()
    {
        _optimizer.Dispose();
        _model.Dispose();
    }

    private void Epoch(Tensor inputs, int entry)
    {
        for (int first = 0; first < Images; first += BatchSize)
        {
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            Tensor logits = _model.Logits(inputs.slice(0, first, first + BatchSize, 1), entry);
            nn.functional.cross_entropy(logits, _labels.slice(0, first, first + BatchSize, 1)).backward();
            _optimizer.step();
        }
    }
}
