using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Export;

/// <summary>One file of the model package that other software loads.</summary>
/// <param name="Spec">What the catalogue says of it.</param>
/// <param name="FileName">Its name in the package.</param>
/// <param name="Write">Writes the model's tensors to a path.</param>
public sealed record Exporter(ExportFormatSpec Spec, string FileName, Action<IReadOnlyDictionary<string, TensorData>, string> Write);

/// <summary>The only door to the export formats: a new one is one line here, and a file where it needs more than one.</summary>
public static class ExporterRegistry
{
    public static IReadOnlyList<Exporter> Exporters { get; } =
    [
        new Exporter(
            new ExportFormatSpec(
                "safetensors",
                "safetensors",
                "Weights with torchvision's names; read by Python, Rust, JavaScript and this program."
            ),
            "model.safetensors",
            (tensors, path) => Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" })
        ),
        new Exporter(
            new ExportFormatSpec(
                "pth",
                "PyTorch state dictionary",
                "Loads with torch.load(…, weights_only=True) into torchvision's network."
            ),
            "model.pth",
            (tensors, path) => PthWriter.Write(path, tensors)
        ),
    ];

    public static IReadOnlyList<ExportFormatSpec> All { get; } = [.. Exporters.Select(e => e.Spec)];
}
