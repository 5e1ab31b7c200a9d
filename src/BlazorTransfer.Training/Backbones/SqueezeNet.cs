using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// SqueezeNet 1.1: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters" (2016), with torchvision's
/// names. Its head is a 1×1 convolution over the map, then ReLU and the mean, so that the head's input is the map.
/// </summary>
internal sealed class SqueezeNet : Backbone
{
    private const int Width = 512;

    private static readonly BackboneSpec Specification = new("squeezenet1_1", "SqueezeNet 1.1", "SqueezeNet", 1_235_496, 0.349, Width,
        ["stem", "fire1", "fire2", "fire3"], Preprocessing.ImageNet, "Iandola et al., SqueezeNet, 2016");

    private readonly Sequential _classifier;

    private SqueezeNet(int classes)
        : base(Specification)
    {
        Module<Tensor, Tensor>[] features =
        [
            Conv2d(3, 64, 3, stride: 2), ReLU(), Pool(),
            new Fire(64, 16, 64), new Fire(128, 16, 64), Pool(),
            new Fire(128, 32, 128), new Fire(256, 32, 128), Pool(),
            new Fire(256, 48, 192), new Fire(384, 48, 192), new Fire(384, 64, 256), new Fire(512, 64, 256),
        ];
        Child("features", Sequential(features));
        Conv2d last = Conv2d(Width, classes, 1);
        _classifier = Child("classifier", Sequential(Dropout(0.5), last, ReLU(), AdaptiveAvgPool2d(1)));
        InitialiseConvolutions();
        // torchvision starts the last convolution smaller; behind a ReLU, larger values would kill classes at the start.
        init.normal_(last.weight, 0, 0.01);
        LayerGroups =
        [
            Group("stem", features[..3]), Group("fire1", features[3..6]), Group("fire2", features[6..9]), Group("fire3", features[9..]),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries => [new BackboneEntry(Specification, classes => new SqueezeNet(classes))];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    public override Module<Tensor, Tensor> Head => _classifier;

    public override Tensor ToHeadInput(Tensor trunk) => trunk;

    public override Tensor Pool(Tensor headInput) => headInput.mean([2, 3]);

    public override Tensor ForwardHead(Tensor headInput) => Head.call(headInput).flatten(1);

    private static MaxPool2d Pool() => MaxPool2d(3, stride: 2, ceil_mode: true);

    private static LayerGroup Group(string name, Module<Tensor, Tensor>[] modules) =>
        new(name, modules, x => modules.Aggregate(x, (y, module) => module.call(y)));

    /// <summary>Squeeze by 1×1, then expand by 1×1 and 3×3 side by side.</summary>
    private sealed class Fire : Module<Tensor, Tensor>
    {
        private readonly Conv2d _squeeze;
        private readonly Conv2d _expand1x1;
        private readonly Conv2d _expand3x3;

        public Fire(int input, int squeeze, int expand)
            : base(nameof(Fire))
        {
            register_module("squeeze", _squeeze = Conv2d(input, squeeze, 1));
            register_module("expand1x1", _expand1x1 = Conv2d(squeeze, expand, 1));
            register_module("expand3x3", _expand3x3 = Conv2d(squeeze, expand, 3, padding: 1));
        }

        public override Tensor forward(Tensor x)
        {
            Tensor squeezed = functional.relu(_squeeze.call(x));
            return cat([functional.relu(_expand1x1.call(squeezed)), functional.relu(_expand3x3.call(squeezed))], 1);
        }
    }
}
