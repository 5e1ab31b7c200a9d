using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// AlexNet in the one-column form of Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014), with
/// torchvision's names. Two fully connected layers belong to the trunk; the head is the last one.
/// </summary>
internal sealed class AlexNet : Backbone
{
    private const int Hidden = 4096,
        Map = 6;

    private static readonly BackboneSpec Specification = new(
        "alexnet",
        "AlexNet",
        "AlexNet",
        61_100_840,
        0.714,
        Hidden,
        ["conv1", "conv2", "conv3-5", "fc"],
        Preprocessing.ImageNet,
        "Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014"
    )
    {
        MinimumImageSize = 63,
    };

    private readonly Linear _head;

    private AlexNet(int classes)
        : base(Specification)
    {
        Module<Tensor, Tensor>[] features =
        [
            Conv2d(3, 64, 11, stride: 4, padding: 2),
            Blocks.Relu(),
            MaxPool2d(3, 2),
            Conv2d(64, 192, 5, padding: 2),
            Blocks.Relu(),
            MaxPool2d(3, 2),
            Conv2d(192, 384, 3, padding: 1),
            Blocks.Relu(),
            Conv2d(384, 256, 3, padding: 1),
            Blocks.Relu(),
            Conv2d(256, 256, 3, padding: 1),
            Blocks.Relu(),
            MaxPool2d(3, 2),
        ];
        Child("features", Sequential(features));
        Module<Tensor, Tensor>[] hidden =
        [
            Dropout(),
            Linear(256 * Map * Map, Hidden),
            Blocks.Relu(),
            Dropout(),
            Linear(Hidden, Hidden),
            Blocks.Relu(),
        ];
        _head = Linear(Hidden, classes);
        Child("classifier", Sequential([.. hidden, _head]));
        LayerGroups =
        [
            Group("conv1", features[..3]),
            Group("conv2", features[3..6]),
            Group("conv3-5", features[6..]),
            new LayerGroup("fc", hidden, x => Chain(hidden, functional.adaptive_avg_pool2d(x, [Map, Map]).flatten(1))),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries => [new BackboneEntry(Specification, classes => new AlexNet(classes))];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _head;

    public override Tensor ToHeadInput(Tensor trunk) => trunk;
}
