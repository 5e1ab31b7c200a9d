using System.CommandLine;
using System.Text.Json;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Worker.Commands;

/// <summary>
/// <c>inspect-weights FILE</c>: which backbones a file of weights fits, without executing anything in it; where none, or with
/// <c>--backbone</c> that one, what is missing, of another shape or unexpected.
/// </summary>
internal static class InspectWeightsCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A safetensors, PyTorch or ONNX file." };
        var backbone = new Option<string?>("--backbone") { Description = "Compare with this network only, and list what differs." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("inspect-weights", "Lists the backbones that a weights file fits.") { file, backbone, json };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                WeightsContent content = PretrainedFile.Inspect(parsed.GetValue(file)!);
                WeightsLoader.CheckValues(content.Tensors);
                WeightsInspection inspection = Inspect(content.Tensors, parsed.GetValue(backbone)) with { Note = content.Note };
                if (parsed.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(inspection, ProtocolJson.Line));
                else
                    Print(inspection);
            })
        );
        return command;
    }

    private static WeightsInspection Inspect(IReadOnlyDictionary<string, TensorData> tensors, string? backbone)
    {
        long values = tensors.Values.Sum(t => t.Bytes.Length / t.Type.Size());
        if (backbone is null)
        {
            IReadOnlyList<string> fitting = WeightsLoader.FittingBackbones(tensors);
            return new WeightsInspection(
                tensors.Count,
                values,
                fitting,
                fitting.Count == 0 ? WeightsLoader.Closest(tensors) : null,
                [.. fitting.Select(name => WeightsLoader.Differences(name, tensors))],
                fitting.Count == 0 ? 0 : WeightsLoader.HeadClasses(fitting[0], tensors) ?? 0
            );
        }

        WeightsMismatch differences = WeightsLoader.TrunkDifferences(backbone, tensors);
        bool fits = differences.Matching == differences.Total;
        return new WeightsInspection(
            tensors.Count,
            values,
            fits ? [backbone] : [],
            differences,
            HeadClasses: fits ? WeightsLoader.HeadClasses(backbone, tensors) ?? 0 : 0
        );
    }

    private static void Print(WeightsInspection inspection)
    {
        string fits =
            inspection.Backbones.Count > 0
                ? string.Join(", ", inspection.Backbones)
                : $"no known backbone. {inspection.Closest?.Describe()}";
        string head =
            inspection.Backbones.Count == 0 ? ""
            : inspection.HeadClasses == 0 ? "; no head"
            : $"; with a head of {inspection.HeadClasses} classes";
        Console.WriteLine($"{inspection.Tensors} tensors, {inspection.Values:N0} values; fits: {fits}{head}");
        if (inspection.Note is { } note)
            Console.WriteLine(note);
        foreach (string row in inspection.Closest?.Table() ?? [])
            Console.WriteLine(row);
    }
}
