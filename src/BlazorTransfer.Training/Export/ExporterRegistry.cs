using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Export;

/// <summary>One file of the model package that other software loads.</summary>
/// <param name="Extension">Of its name, with the dot; <see cref="WeightsFile"/> must read such files, so that the export can be
/// checked.</param>
/// <param name="Description">What the file is, for the package's README.</param>
/// <param name="Write">Writes the model's tensors to a path.</param>
public sealed record Exporter(string Extension, string Description, Action<IReadOnlyDictionary<string, TensorData>, string> Write)
{
    /// <summary>Its name in the package. All formats share <c>model.json</c>, which describes the model and lies beside them.</summary>
    public string FileName => $"model{Extension}";
}

/// <summary>The only door to the export formats: a new one is one line here, and a file where it needs more than one.</summary>
public static class ExporterRegistry
{
    public static IReadOnlyList<Exporter> Exporters { get; } =
    [
        // Weights with torchvision's names; read by Python, Rust, JavaScript and this program.
        new Exporter(
            ".safetensors",
            "the weights, torchvision's names",
            (tensors, path) => Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" })
        ),
        // Loads with torch.load(…, weights_only=True) into torchvision's network.
        new Exporter(".pth", "the same as a PyTorch state dictionary", (tensors, path) => PthWriter.Write(path, tensors)),
    ];
}
