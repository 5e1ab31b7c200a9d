using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Export;

/// <summary>
/// A trained network for other runs to start from: with matrices and kernels in half precision, whose rounding (2⁻¹¹ of a value) is far
/// below
/// what training on changes, and with its head, which methods such as Co-Tuning ask although nobody else has its classes.
/// </summary>
public static class BackboneFile
{
    public const string FileName = "backbone.safetensors";

    /// <summary>Writes a run's best checkpoint among its artifacts, and returns the path.</summary>
    public static string Write(RunFolder folder, JobSpec job)
    {
        Dictionary<string, TensorData> tensors = WeightsFile
            .Open(folder.BestCheckpoint)
            .Where(t => t.Value.IsFloatingPoint)
            .ToDictionary(t => t.Key, t => t.Value.Shape.Count > 1 ? t.Value.ToHalf() : t.Value);
        string path = Path.Combine(folder.Artifacts, FileName);
        Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["backbone"] = job.Backbone });
        return path;
    }
}
