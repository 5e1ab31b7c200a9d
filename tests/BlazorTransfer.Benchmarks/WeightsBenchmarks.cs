using BenchmarkDotNet.Attributes;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// A safetensors file of 102 MB (ResNet-50) into a network that is there, against the least that can be done: the file read into
/// memory, and copied once. The file is in the system's cache for both, so the disk is not measured.
/// </summary>
public class WeightsBenchmarks
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"blazortransfer-{Guid.NewGuid():N}.safetensors");
    private Backbone _network = null!;
    private byte[] _memory = [];

    [GlobalSetup]
    public void Write()
    {
        _network = BackboneRegistry.Create("resnet50", 1000);
        using (var model = new TransferModel(BackboneRegistry.Create("resnet50", 1000), [], CPU))
            Safetensors.Write(_file, model.Snapshot());
        _memory = new byte[new FileInfo(_file).Length];
    }

    [Benchmark(Baseline = true)]
    public void ReadAndCopy() => File.ReadAllBytes(_file).CopyTo(_memory, 0);

    [Benchmark]
    public LoadReport Load() => WeightsLoader.Load(_network, WeightsFile.Open(_file));

    [GlobalCleanup]
    public void Free()
    {
        _network.Dispose();
        File.Delete(_file);
    }
}
