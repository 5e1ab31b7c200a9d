using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Export;

/// <summary>One file of the model package that other software loads.</summary>
/// <param name="FileName">Its name in the package.</param>
/// <param name="Write">Writes the model's tensors to a path.</param>
public sealed record Exporter(string FileName, Action<IReadOnlyDictionary<string, TensorData>, string> Write);

/// <summary>The only door to the export formats: a new one is one line here, and a file where it needs more than one.</summary>
public static class ExporterRegistry
{
    public static IReadOnlyList<Exporter> Exporters { get; } =
    [
        // Weights with torchvision's names; read by Python, Rust, JavaScript and this program.
        new Exporter(
            "model.safetensors",
            (tensors, path) => Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" })
        ),
        // Loads with torch.load(…, weights_only=True) into torchvision's network.
        new Exporter("model.pth", (tensors, path) => PthWriter.Write(path, tensors)),
    ];
}
