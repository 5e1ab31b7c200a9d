using System.Text.Json;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Tests.Runs;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Worker.Tests;

/// <summary>What <c>inspect-weights</c> says of files that fit in part, are damaged or are wrapped.</summary>
public sealed class InspectWeightsCommandTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void InspectWeights_OfAPartialMatch_ListsTheDifferences_AndTrainRefusesIt()
    {
        string weights = _small.Weights("resnet20_cifar");
        Dictionary<string, TensorData> tensors = WeightsFile.Open(weights).ToDictionary(t => t.Key, t => t.Value);
        tensors["conv1.weight"] = new TensorData(ElementType.Float32, [16, 1, 3, 3], new byte[16 * 9 * 4]);
        tensors["extra"] = new TensorData(ElementType.Float32, [1], new byte[4]);
        tensors.Remove("layer1.0.bn1.weight");
        Safetensors.Write(weights, tensors);

        (int code, string table, string errors) = WorkerProcess.Run("inspect-weights", weights, "--backbone", "resnet20_cifar");
        Assert.True(code == 0, errors);
        Assert.Contains("missing     layer1.0.bn1.weight", table, StringComparison.Ordinal);
        Assert.Contains(
            "other       conv1.weight: [16, 1, 3, 3] in the file, [16, 3, 3, 3] in the network",
            table,
            StringComparison.Ordinal
        );
        Assert.Contains("unexpected  extra", table, StringComparison.Ordinal);

        (code, string json, errors) = WorkerProcess.Run("inspect-weights", weights, "--json");
        Assert.True(code == 0, errors);
        WeightsInspection inspection = JsonSerializer.Deserialize<WeightsInspection>(json, ProtocolJson.Line)!;
        Assert.Empty(inspection.Backbones);
        Assert.Equal(["layer1.0.bn1.weight"], inspection.Closest!.Missing);

        (code, string output, errors) = WorkerProcess.Run(
            "train",
            "--data",
            _small.Images,
            "--backbone",
            "resnet20_cifar",
            "--weights",
            weights,
            "--out",
            Path.Combine(_small.Folder, "out")
        );
        Assert.Equal(WorkerExitCode.BadInput, (WorkerExitCode)code);
        Assert.Contains("'layer1.0.bn1.weight' is missing", errors + output, StringComparison.Ordinal);
    }

    [Fact]
    public void InspectWeights_OfDamagedWeights_NamesTheTensor()
    {
        string weights = _small.Weights("resnet20_cifar");
        Dictionary<string, TensorData> tensors = WeightsFile.Open(weights).ToDictionary(t => t.Key, t => t.Value);
        byte[] bytes = tensors["layer2.0.conv1.weight"].Bytes.ToArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(8), float.NaN);
        tensors["layer2.0.conv1.weight"] = tensors["layer2.0.conv1.weight"] with { Bytes = bytes };
        Safetensors.Write(weights, tensors);

        (int code, string output, string errors) = WorkerProcess.Run("inspect-weights", weights, "--json");

        Assert.Equal((WorkerExitCode.BadInput, ""), ((WorkerExitCode)code, output));
        Assert.Equal(
            "The weights are damaged: 'layer2.0.conv1.weight' has 1 value that is NaN or infinite. Save or download the file again.",
            errors.TrimEnd()
        );
    }

    [Fact]
    public void InspectWeights_OfAWrappedFile_SaysWhatWasRead()
    {
        string weights = _small.Weights("resnet20_cifar");
        Dictionary<string, TensorData> tensors = WeightsFile.Open(weights).ToDictionary(t => "module." + t.Key, t => t.Value);
        tensors["queue"] = new TensorData(ElementType.Float32, [1], new byte[4]);
        Safetensors.Write(weights, tensors);
        string note = $"Read {tensors.Count - 1} tensors, without the prefix 'module.' of their names. Not used: 'queue'.";

        (int code, string json, string errors) = WorkerProcess.Run("inspect-weights", weights, "--json");
        Assert.True(code == 0, errors);
        WeightsInspection inspection = JsonSerializer.Deserialize<WeightsInspection>(json, ProtocolJson.Line)!;
        Assert.Equal(("resnet20_cifar", note), (inspection.Backbones.Single(), inspection.Note?.English));

        (code, string text, errors) = WorkerProcess.Run("inspect-weights", weights);
        Assert.True(code == 0, errors);
        Assert.Contains(note, text, StringComparison.Ordinal);
    }
}
