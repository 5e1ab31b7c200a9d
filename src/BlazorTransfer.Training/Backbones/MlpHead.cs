using System.Globalization;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// A head with a hidden layer of h neurons: Linear(FeatureDim, h), batch norm, ReLU, dropout, Linear(h, classes). The first three are the
/// bottleneck of thuml/Transfer-Learning-Library, 256 wide, after the adaptation layer of Tzeng et al., "Deep Domain Confusion" (2014);
/// the heads of fastai and the MLP heads of timm have the same parts in another order. Its tensors are named by their place in the
/// sequence,
/// as in PyTorch: <c>fc.0.weight</c>, <c>fc.1.running_mean</c>, <c>fc.4.weight</c>.
/// </summary>
internal static class MlpHead
{
    private const string NormStatistic = ".running_mean";

    /// <summary>Steps from the batch norm to the last layer.</summary>
    private const int NormToLast = 3;

    /// <param name="features">Width of the trunk's features.</param>
    /// <param name="spec">The hidden layer.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="takesMap">Whether the head is given maps [N, features, H, W] instead of [N, features], so that it averages
    /// first.</param>
    public static Sequential Create(int features, HeadSpec spec, int classes, bool takesMap) =>
        Sequential([
            .. takesMap ? [AdaptiveAvgPool2d(1), Flatten(1)] : Array.Empty<Module<Tensor, Tensor>>(),
            Linear(features, spec.Width),
            new BatchNorm(spec.Width),
            Blocks.Relu(),
            Dropout(spec.Dropout),
            Linear(spec.Width, classes),
        ]);

    public static IEnumerable<string> PyTorchLayers(int features, HeadSpec spec) =>
        [
            $"torch.nn.Linear({features}, {spec.Width})",
            $"torch.nn.BatchNorm1d({spec.Width})",
            "torch.nn.ReLU()",
            $"torch.nn.Dropout({spec.Dropout.ToString(CultureInfo.InvariantCulture)})",
            $"torch.nn.Linear({spec.Width}, len(labels))",
        ];

    /// <summary>
    /// The head's name and its hidden layer's width, among tensors that may be of any network; null where there is no such head.
    /// A linear layer with a batch norm behind it is found in no trunk.
    /// </summary>
    public static (string Name, long Width)? Find(IReadOnlyDictionary<string, TensorData> tensors)
    {
        foreach ((string name, TensorData statistic) in tensors)
        {
            if (!name.EndsWith(NormStatistic, StringComparison.Ordinal) || statistic.Shape is not [long width])
                continue;
            string norm = name[..^NormStatistic.Length];
            int dot = norm.LastIndexOf('.');
            if (dot < 0 || !int.TryParse(norm[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int place))
                continue;
            string head = norm[..dot];
            if (
                tensors.GetValueOrDefault($"{head}.{place - 1}.weight")?.Shape is [long output, _]
                && output == width
                && tensors.GetValueOrDefault($"{head}.{place + NormToLast}.weight")?.Shape is [_, long input]
                && input == width
            )
                return (head, width);
        }

        return null;
    }
}
