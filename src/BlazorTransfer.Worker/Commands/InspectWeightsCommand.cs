using System.CommandLine;
using System.Text.Json;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>inspect-weights FILE</c>: which backbones a file of weights fits, without executing anything in it.</summary>
internal static class InspectWeightsCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A safetensors or PyTorch file." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("inspect-weights", "Says which backbones a file of weights fits.") { file, json };
        command.SetAction(parsed => Failures.Guard(() =>
        {
            NativeLibtorch.Load();
            IReadOnlyDictionary<string, TensorData> tensors = WeightsFile.Open(parsed.GetValue(file)!);
            IReadOnlyList<string> fitting = WeightsLoader.FittingBackbones(tensors);
            var inspection = new WeightsInspection(tensors.Count, tensors.Values.Sum(t => TensorCount(t)), fitting,
                fitting.Count == 0 ? WeightsLoader.Closest(tensors) : null, [.. fitting.Select(name => WeightsLoader.Differences(name, tensors))]);
            if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(inspection, ProtocolJson.Line));
            else Console.WriteLine($"{inspection.Tensors} tensors, {inspection.Values:N0} values; fits: {(inspection.Backbones.Count == 0 ? $"no known backbone. {inspection.Closest?.Describe()}" : string.Join(", ", inspection.Backbones))}");
        }));
        return command;
    }

    private static long TensorCount(TensorData tensor) => tensor.Bytes.Length / tensor.Type.Size();
}
