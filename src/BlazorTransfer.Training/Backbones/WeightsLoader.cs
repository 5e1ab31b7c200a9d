using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Backbones;

/// <summary>How a file's tensors met a network's.</summary>
/// <param name="Loaded">Names that were copied.</param>
/// <param name="Missing">Names that the network has and the file lacks.</param>
/// <param name="Unexpected">Names that the file has and the network lacks.</param>
/// <param name="Mismatched">Names whose shapes or kinds of number differ, with both.</param>
/// <param name="HeadLoaded">The classification head came from the file too, having the same number of classes.</param>
public sealed record LoadReport(
    IReadOnlyList<string> Loaded,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected,
    IReadOnlyList<string> Mismatched,
    bool HeadLoaded
);

/// <summary>The head that a file brings.</summary>
/// <param name="Classes">Its outputs.</param>
/// <param name="Hidden">Its hidden layer; null where it is linear. The dropout is not in the file.</param>
public sealed record FileHead(int Classes, HeadSpec? Hidden);

/// <summary>Copies a state dictionary into a backbone. The trunk must match whole; a head of another class count is left out.</summary>
public static class WeightsLoader
{
    // A counter that inference never reads and old files lack.
    private const string BatchCounter = "num_batches_tracked";

    /// <summary>Compares names and shapes, and copies nothing.</summary>
    public static LoadReport Compare(Backbone backbone, IReadOnlyDictionary<string, TensorData> tensors)
    {
        Dictionary<string, Tensor> own = backbone.state_dict();
        Parts parts = Parts.Of(backbone);
        Dictionary<string, string> mismatched = own
            .Keys.Where(tensors.ContainsKey)
            .Select(k => (Name: k, Difference: Difference(tensors[k], own[k])))
            .Where(d => d.Difference is not null)
            .ToDictionary(d => d.Name, d => d.Difference!);
        HashSet<string> loaded = [.. own.Keys.Where(k => tensors.ContainsKey(k) && !mismatched.ContainsKey(k))];
        bool headLoads = own.Keys.Where(k => parts.IsHead(k) && !IsCounter(k)).All(loaded.Contains);
        return new LoadReport(
            // Half a head would be worse than none.
            [.. loaded.Where(k => headLoads || !parts.IsHead(k))],
            [.. own.Keys.Where(k => !tensors.ContainsKey(k))],
            [.. tensors.Keys.Where(k => !own.ContainsKey(k))],
            [.. mismatched.Select(d => $"{d.Key}: {d.Value}")],
            headLoads
        );
    }

    /// <summary>What keeps a tensor of the file from being the network's; null where nothing does.</summary>
    private static string? Difference(TensorData file, Tensor own)
    {
        if (!own.shape.SequenceEqual(file.Shape))
            return $"[{string.Join(", ", file.Shape)}] in the file, [{string.Join(", ", own.shape)}] in the network";
        // Quantised weights mean nothing without their scales.
        return own.is_floating_point() && !file.IsFloatingPoint
            ? $"whole numbers ({file.Type}) in the file, real ones in the network"
            : null;
    }

    /// <param name="backbone">The network.</param>
    /// <param name="tensors">The file's tensors.</param>
    /// <param name="takeHead">Whether a head with as many classes is taken too: only where they are the same classes.</param>
    /// <exception cref="WeightsException">The trunk does not match; the message names the first differences.</exception>
    public static LoadReport Load(Backbone backbone, IReadOnlyDictionary<string, TensorData> tensors, bool takeHead = true)
    {
        LoadReport report = Compare(backbone, tensors);
        Parts parts = Parts.Of(backbone);
        if (!takeHead)
            report = report with { Loaded = [.. report.Loaded.Where(k => !parts.IsHead(k))], HeadLoaded = false };
        string[] wrong =
        [
            .. report.Missing.Where(parts.MustLoad).Select(k => $"'{k}' is missing"),
            .. report.Mismatched.Where(parts.MustLoad),
        ];
        if (wrong.Length > 0)
        {
            string differences = string.Join("; ", wrong.Take(3));
            throw wrong.Length > 3
                ? new WeightsException(
                    "weights.do-not-fit-and-more",
                    $"These weights do not fit {backbone.Spec.DisplayName}: {differences}; and {wrong.Length - 3} more."
                )
                : new WeightsException("weights.do-not-fit", $"These weights do not fit {backbone.Spec.DisplayName}: {differences}.");
        }

        Dictionary<string, Tensor> own = backbone.state_dict();
        foreach (string name in report.Loaded)
            tensors[name].CopyTo(own[name]);
        RefuseDamaged(report.Loaded.Select(name => (name, ImpossibleValues.In(name, own[name]))));
        return report;
    }

    /// <summary>Looks at every value of a file's tensors.</summary>
    /// <exception cref="WeightsException">Some are NaN or infinite, or variances below zero; the message names the first
    /// tensor.</exception>
    public static void CheckValues(IReadOnlyDictionary<string, TensorData> tensors)
    {
        RefuseDamaged(tensors.Select(t => (t.Key, Find(t.Key, t.Value))));

        static ImpossibleValues? Find(string name, TensorData data)
        {
            using Tensor copy = data.ToTensor();
            return ImpossibleValues.In(name, copy);
        }
    }

    private static void RefuseDamaged(IEnumerable<(string Name, ImpossibleValues? Values)> tensors)
    {
        (string Name, ImpossibleValues? Values)[] damaged = [.. tensors.Where(t => t.Values is not null)];
        if (damaged.Length == 0)
            return;
        (string name, ImpossibleValues? values) = damaged[0];
        string shown = WeightsLimits.Shown(name);
        throw damaged.Length == 1
            ? new WeightsException(
                "weights.impossible-values",
                $"The weights are damaged: '{shown}' has {values!.Words}. Save or download the file again."
            )
            : new WeightsException(
                "weights.many-impossible-values",
                $"The weights are damaged: '{shown}' has {values!.Words}, and {damaged.Length - 1:N0} other tensors are damaged too. "
                    + $"Save or download the file again."
            );
    }

    /// <summary>How many classes the file's head has, if it has a head of the backbone's; else null.</summary>
    public static int? HeadClasses(string backbone, IReadOnlyDictionary<string, TensorData> tensors) => HeadOf(backbone, tensors)?.Classes;

    /// <summary>The file's head, if it is one that the backbone can have; else null.</summary>
    public static FileHead? HeadOf(string backbone, IReadOnlyDictionary<string, TensorData> tensors)
    {
        HeadSpec? hidden = null;
        if (MlpHead.Find(tensors) is var (_, width))
        {
            // A file may claim any width, and this one is built to look.
            if (width is < 1 or > HeadSpec.MaximumWidth)
                return null;
            hidden = new HeadSpec((int)width);
        }

        return HeadClasses(backbone, hidden, tensors) is { } classes ? new FileHead(classes, hidden) : null;
    }

    private static int? HeadClasses(string backbone, HeadSpec? head, IReadOnlyDictionary<string, TensorData> tensors)
    {
        // The lengths that differ between heads of two and of three classes are the number of classes. No network of that many is built to
        // look:
        // a file may claim any number.
        Dictionary<string, long[]> two = HeadShapes(backbone, 2, head),
            three = HeadShapes(backbone, 3, head);
        long? classes = null;
        foreach ((string name, long[] shape) in two)
        {
            if (!tensors.TryGetValue(name, out TensorData? tensor) || !tensor.IsFloatingPoint || tensor.Shape.Count != shape.Length)
                return null;
            for (int d = 0; d < shape.Length; d++)
            {
                long expected = shape[d] == three[name][d] ? shape[d] : classes ??= tensor.Shape[d];
                if (tensor.Shape[d] != expected)
                    return null;
            }
        }

        return (int?)classes;
    }

    private static Dictionary<string, long[]> HeadShapes(string backbone, int classes, HeadSpec? head)
    {
        using var scope = NewDisposeScope();
        using Backbone network = BackboneRegistry.Create(backbone, classes, head);
        Parts parts = Parts.Of(network);
        return network.state_dict().Where(t => parts.IsHead(t.Key) && !IsCounter(t.Key)).ToDictionary(t => t.Key, t => t.Value.shape);
    }

    /// <summary>The backbones of the catalogue whose trunk the tensors fit.</summary>
    public static IReadOnlyList<string> FittingBackbones(IReadOnlyDictionary<string, TensorData> tensors)
    {
        long weights = Weights(tensors);
        string[] exact = [.. BackboneRegistry.OfSize(weights).Where(name => Fits(name, tensors))];
        // A file with a tensor too many has the size of none, or by chance that of another.
        return exact.Length > 0 ? exact : [.. BackboneRegistry.NearSize(weights).Where(name => Fits(name, tensors))];
    }

    /// <summary>How many weights there are, batch-norm statistics not counted, and not a head of more than one layer, which may be larger
    /// than the trunk.</summary>
    private static long Weights(IReadOnlyDictionary<string, TensorData> tensors)
    {
        string? head = OwnHead.NameIn(tensors) is { } name ? name + "." : null;
        return tensors
            .Where(t => !IsStatistic(t.Key) && (head is null || !t.Key.StartsWith(head, StringComparison.Ordinal)))
            .Sum(t => t.Value.Shape.Aggregate(1L, (a, b) => a * b));
    }

    /// <summary>Of the backbones of about the file's size, the one that shares most tensors with it; null where none shares any.</summary>
    public static WeightsMismatch? Closest(IReadOnlyDictionary<string, TensorData> tensors)
    {
        long weights = Weights(tensors);
        return BackboneRegistry
            .OfSize(weights)
            .Union(BackboneRegistry.NearSize(weights))
            .Select(name => TrunkDifferences(name, tensors))
            .Where(m => m.Matching > 0)
            .MaxBy(m => m.Matching);
    }

    /// <summary>What keeps the tensors from fitting a backbone's trunk, and what they hold that it does not know.</summary>
    public static WeightsMismatch TrunkDifferences(string backbone, IReadOnlyDictionary<string, TensorData> tensors) =>
        Mismatch(backbone, tensors, (parts, tensor) => parts.MustLoad(tensor));

    /// <summary>
    /// What differs where the trunk fits: parts that served the original training only, tensors that the network does not know, and the
    /// head, whose size is the classes' and which each run makes anew.
    /// </summary>
    public static WeightsMismatch Differences(string backbone, IReadOnlyDictionary<string, TensorData> tensors) =>
        Mismatch(backbone, tensors, (parts, tensor) => !parts.IsHead(tensor) && !IsCounter(tensor));

    private static WeightsMismatch Mismatch(string name, IReadOnlyDictionary<string, TensorData> tensors, Func<Parts, string, bool> counts)
    {
        const int most = WeightsMismatch.MostNames;
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create(name, classes: 2);
        LoadReport report = Compare(backbone, tensors);
        Parts parts = Parts.Of(backbone);
        string[] missing = [.. report.Missing.Where(t => counts(parts, t))],
            mismatched = [.. report.Mismatched.Where(t => counts(parts, t))];
        // A head of another kind is a head all the same.
        string[] unexpected = [.. report.Unexpected.Where(t => !parts.IsHead(t))];
        int total = backbone.state_dict().Keys.Count(parts.MustLoad);
        return new WeightsMismatch(
            name,
            total - report.Missing.Count(parts.MustLoad) - report.Mismatched.Count(parts.MustLoad),
            total,
            [.. missing.Take(most)],
            missing.Length,
            [.. unexpected.Take(most)],
            unexpected.Length,
            [.. mismatched.Take(most)],
            mismatched.Length
        );
    }

    private static bool Fits(string name, IReadOnlyDictionary<string, TensorData> tensors)
    {
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create(name, classes: 2);
        LoadReport report = Compare(backbone, tensors);
        Parts parts = Parts.Of(backbone);
        return !report.Missing.Any(parts.MustLoad) && !report.Mismatched.Any(parts.MustLoad);
    }

    private static bool IsStatistic(string name) =>
        name.EndsWith("running_mean", StringComparison.Ordinal)
        || name.EndsWith("running_var", StringComparison.Ordinal)
        || IsCounter(name);

    private static bool IsCounter(string name) => name.EndsWith(BatchCounter, StringComparison.Ordinal);

    /// <summary>What a name in the state dictionary belongs to.</summary>
    private sealed record Parts(string Head, IReadOnlyList<string> Auxiliary)
    {
        public static Parts Of(Backbone backbone) => new(backbone.HeadName + ".", [.. backbone.AuxiliaryHeads.Select(a => a + ".")]);

        public bool IsHead(string name) => name.StartsWith(Head, StringComparison.Ordinal);

        public bool MustLoad(string name) =>
            !IsHead(name) && !IsCounter(name) && !Auxiliary.Any(a => name.StartsWith(a, StringComparison.Ordinal));
    }
}
