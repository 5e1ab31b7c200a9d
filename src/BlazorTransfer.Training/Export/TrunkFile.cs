using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Export;

/// <summary>
/// The trunk of a trained network alone, for other runs to start from: without the head, whose classes nobody else has, and with
/// matrices and kernels in half precision, whose rounding (2⁻¹¹ of a value) is far below what training on changes.
/// </summary>
public static class TrunkFile
{
    public const string FileName = "backbone.safetensors";

    /// <summary>Writes the trunk of a run's best checkpoint among its artifacts, and returns the path.</summary>
    public static string Write(RunFolder folder, JobSpec job)
    {
        using Backbone backbone = BackboneRegistry.Create(job.Backbone, classes: 2);
        string head = backbone.HeadName + ".";
        Dictionary<string, TensorData> trunk = WeightsFile.Open(folder.BestCheckpoint)
            .Where(t => t.Value.IsFloatingPoint && !t.Key.StartsWith(head, StringComparison.Ordinal))
            .ToDictionary(t => t.Key, t => t.Value.Shape.Count > 1 ? t.Value.ToHalf() : t.Value);
        string path = Path.Combine(folder.Artifacts, FileName);
        Safetensors.Write(path, trunk, new Dictionary<string, string> { ["format"] = "pt", ["backbone"] = job.Backbone });
        return path;
    }
}
