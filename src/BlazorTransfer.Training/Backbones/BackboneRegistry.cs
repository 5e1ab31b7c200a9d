using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Training.Backbones;

/// <summary>The only door to the architectures: a new one is one file and one line here.</summary>
public static class BackboneRegistry
{
    private static readonly BackboneEntry[] Entries =
    [
        .. MobileNetV2.Entries,
        .. MobileNetV3.Entries,
        .. ResNet.Entries,
        .. EfficientNet.Entries,
        .. ConvNeXt.Entries,
        .. RegNet.Entries,
        .. DenseNet.Entries,
        .. ShuffleNetV2.Entries,
        .. MnasNet.Entries,
        .. SqueezeNet.Entries,
        .. GoogLeNet.Entries,
        .. InceptionV3.Entries,
        .. Vgg.Entries,
        .. AlexNet.Entries,
        .. CifarResNet.Entries,
    ];

    // Roles compare networks with one another, so they stand here and not in the file of each.
    private static readonly Dictionary<string, BackboneRole[]> Roles = new()
    {
        ["resnet18_microsoft"] = [BackboneRole.Default, BackboneRole.Recommended],
        ["resnet18_slim"] = [BackboneRole.Recommended],
        ["mobilenet_v2"] = [BackboneRole.Recommended],
        ["mobilenet_v3_large"] = [BackboneRole.Recommended],
        ["resnet18"] = [BackboneRole.Recommended],
        ["resnet50"] = [BackboneRole.Recommended],
        ["efficientnet_b0"] = [BackboneRole.Recommended],
        ["convnext_tiny"] = [BackboneRole.Recommended],
        ["squeezenet1_1"] = [BackboneRole.Recommended],
    };

    /// <summary>All networks, with their roles.</summary>
    public static IReadOnlyList<BackboneSpec> All { get; } =
    [.. Entries.Select(e => e.Spec with { Roles = Roles.GetValueOrDefault(e.Spec.Name, []) })];

    /// <summary>The network of this name; null where there is none.</summary>
    public static BackboneSpec? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    /// <summary>
    /// Networks that have this many weights for some number of classes, or without a head; batch-norm statistics not counted. Building
    /// every network to compare names would take long.
    /// </summary>
    internal static IEnumerable<string> OfSize(long weights) =>
        Entries
            .Where(e =>
                (weights - e.Spec.Parameters) % e.ParametersPerClass == 0
                && 1000 + (weights - e.Spec.Parameters) / e.ParametersPerClass >= 0
            )
            .Select(e => e.Spec.Name);

    /// <summary>Networks of about that many weights.</summary>
    internal static IEnumerable<string> NearSize(long weights) =>
        All.Where(s => s.Parameters / 2 < weights && weights < s.Parameters * 2).Select(s => s.Name);

    /// <exception cref="TrainingException">There is no architecture of that name.</exception>
    internal static PyTorchCode PyTorch(string name) => Entry(name).PyTorch;

    /// <summary>What a graph by the weights' authors takes, where it differs from the preprocessing; null where it does not.</summary>
    /// <inheritdoc cref="PyTorch" path="/exception"/>
    internal static GraphInput? InputOfGraph(string name) => Entry(name).InputOfGraph;

    /// <summary>Builds the network with random weights and a head of <paramref name="classes"/> outputs.</summary>
    /// <param name="name">The architecture.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="head">The head, where it is more than the architecture's own.</param>
    /// <exception cref="TrainingException">There is no architecture of that name.</exception>
    public static Backbone Create(string name, int classes, HeadSpec? head = null)
    {
        Backbone backbone = Entry(name).Create(classes);
        if (head is not null)
            backbone.ReplaceHead(head, classes);
        return backbone;
    }

    private static BackboneEntry Entry(string name) =>
        Entries.FirstOrDefault(e => e.Spec.Name == name)
        ?? throw TrainingException.BadInput(
            "network.unknown-of",
            $"There is no network named '{name}'. Known are: {string.Join(", ", All.Select(s => s.Name))}."
        );
}

/// <param name="Spec">What the catalogue says of the architecture.</param>
/// <param name="Create">Builds it for a number of classes.</param>
internal sealed record BackboneEntry(BackboneSpec Spec, Func<int, Backbone> Create)
{
    /// <summary>How many parameters one class more takes.</summary>
    public int ParametersPerClass { get; init; } = Spec.FeatureDim + 1;

    /// <summary>What the network takes in an ONNX file by the authors of its weights; null where that is what the preprocessing
    /// gives.</summary>
    public GraphInput? InputOfGraph { get; init; }

    /// <summary>How PyTorch builds it; torchvision's own function unless it has none.</summary>
    public PyTorchCode PyTorch { get; init; } = new("import torchvision", $"torchvision.models.{Spec.Name}(num_classes=len(labels))");
}

/// <summary>Python that builds a network for the README of a download, where <c>torch</c> is imported and <c>labels</c> lists the
/// classes.</summary>
/// <param name="Preparation">Imports and definitions.</param>
/// <param name="Construction">An expression.</param>
internal sealed record PyTorchCode(string Preparation, string Construction);
