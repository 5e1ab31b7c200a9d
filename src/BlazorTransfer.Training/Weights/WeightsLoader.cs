using BlazorTransfer.Training.Backbones;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Weights;

/// <summary>How a file's tensors met a network's.</summary>
/// <param name="Loaded">Names that were copied.</param>
/// <param name="Missing">Names that the network has and the file lacks.</param>
/// <param name="Unexpected">Names that the file has and the network lacks.</param>
/// <param name="Mismatched">Names whose shapes differ, with both shapes.</param>
/// <param name="HeadLoaded">The classification head came from the file too, having the same number of classes.</param>
public sealed record LoadReport(
    IReadOnlyList<string> Loaded,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected,
    IReadOnlyList<string> Mismatched,
    bool HeadLoaded);

/// <summary>Copies a state dictionary into a backbone. The trunk must match whole; a head of another class count is left out.</summary>
public static class WeightsLoader
{
    // A counter that inference never reads and old files lack.
    private const string BatchCounter = "num_batches_tracked";

    /// <summary>Compares names and shapes, and copies nothing.</summary>
    public static LoadReport Compare(Backbone backbone, IReadOnlyDictionary<string, TensorData> tensors)
    {
        Dictionary<string, Tensor> own = backbone.state_dict();
        string head = HeadPrefix(backbone);
        var mismatched = own.Where(t => tensors.TryGetValue(t.Key, out TensorData? file) && !t.Value.shape.SequenceEqual(file.Shape)).ToList();
        HashSet<string> differing = [.. mismatched.Select(t => t.Key)];
        string[] loaded = [.. own.Keys.Where(k => tensors.ContainsKey(k) && !differing.Contains(k))];
        bool headLoads = own.Keys.Where(k => k.StartsWith(head, StringComparison.Ordinal)).All(loaded.Contains);
        return new LoadReport(
            // Half a head would be worse than none.
            headLoads ? loaded : [.. loaded.Where(k => !k.StartsWith(head, StringComparison.Ordinal))],
            [.. own.Keys.Where(k => !tensors.ContainsKey(k))],
            [.. tensors.Keys.Where(k => !own.ContainsKey(k))],
            [.. mismatched.Select(t => $"{t.Key}: [{string.Join(", ", tensors[t.Key].Shape)}] in the file, [{string.Join(", ", t.Value.shape)}] in the network")],
            headLoads);
    }

    /// <exception cref="WeightsException">The trunk does not match; the message names the first differences.</exception>
    public static LoadReport Load(Backbone backbone, IReadOnlyDictionary<string, TensorData> tensors)
    {
        LoadReport report = Compare(backbone, tensors);
        string head = HeadPrefix(backbone);
        string[] wrong =
        [
            .. report.Missing.Where(k => !k.StartsWith(head, StringComparison.Ordinal) && !k.EndsWith(BatchCounter, StringComparison.Ordinal)).Select(k => $"'{k}' is missing"),
            .. report.Mismatched.Where(k => !k.StartsWith(head, StringComparison.Ordinal)),
        ];
        if (wrong.Length > 0)
        {
            throw new WeightsException($"These weights do not fit {backbone.Spec.DisplayName}: {string.Join("; ", wrong.Take(3))}"
                + (wrong.Length > 3 ? $"; and {wrong.Length - 3} more." : "."));
        }

        Dictionary<string, Tensor> own = backbone.state_dict();
        foreach (string name in report.Loaded) tensors[name].CopyTo(own[name]);
        return report;
    }

    /// <summary>The backbones of the catalogue whose trunk the tensors fit.</summary>
    public static IReadOnlyList<string> FittingBackbones(IReadOnlyDictionary<string, TensorData> tensors) =>
        [.. BackboneRegistry.All.Where(spec => Fits(spec.Name, tensors)).Select(spec => spec.Name)];

    private static bool Fits(string name, IReadOnlyDictionary<string, TensorData> tensors)
    {
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create(name, classes: 2);
        LoadReport report = Compare(backbone, tensors);
        string head = HeadPrefix(backbone);
        return report.Missing.All(k => k.StartsWith(head, StringComparison.Ordinal) || k.EndsWith(BatchCounter, StringComparison.Ordinal))
            && report.Mismatched.All(k => k.StartsWith(head, StringComparison.Ordinal));
    }

    private static string HeadPrefix(Backbone backbone) =>
        backbone.named_children().First(c => ReferenceEquals(c.module, backbone.Head)).name + ".";
}
