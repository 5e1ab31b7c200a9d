using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// SqueezeNet: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters" (2016), with torchvision's names.
/// Its head is a 1×1 convolution over the map, then ReLU and the mean, so that the head's input is the map.
/// </summary>
internal sealed class SqueezeNet : Backbone
{
    private const int Width = 512;

    private static readonly string[] GroupNames = ["stem", "fire1", "fire2", "fire3"];

    private readonly Sequential _classifier;

    private SqueezeNet(BackboneSpec spec, Module<Tensor, Tensor>[][] groups, int classes)
        : base(spec)
    {
        Child("features", Sequential([.. groups.SelectMany(g => g)]));
        Conv2d last = Conv2d(Width, classes, 1);
        _classifier = Child("classifier", Sequential(Dropout(0.5), last, ReLU(), AdaptiveAvgPool2d(1)));
        InitialiseConvolutions();
        // torchvision starts the last convolution smaller; behind a ReLU, larger values would kill classes at the start.
        init.normal_(last.weight, 0, 0.01);
        LayerGroups = [.. GroupNames.Zip(groups, Group)];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            Entry(
                "squeezenet1_0",
                "SqueezeNet 1.0",
                1_248_424,
                0.819,
                minimumSize: 21,
                () =>
                    [
                        [Conv2d(3, 96, 7, stride: 2), ReLU(), Pool()],
                        [new Fire(96, 16, 64), new Fire(128, 16, 64), new Fire(128, 32, 128), Pool()],
                        [new Fire(256, 32, 128), new Fire(256, 48, 192), new Fire(384, 48, 192), new Fire(384, 64, 256), Pool()],
                        [new Fire(512, 64, 256)],
                    ]
            ),
            Entry(
                "squeezenet1_1",
                "SqueezeNet 1.1",
                1_235_496,
                0.349,
                minimumSize: 17,
                () =>
                    [
                        [Conv2d(3, 64, 3, stride: 2), ReLU(), Pool()],
                        [new Fire(64, 16, 64), new Fire(128, 16, 64), Pool()],
                        [new Fire(128, 32, 128), new Fire(256, 32, 128), Pool()],
                        [new Fire(256, 48, 192), new Fire(384, 48, 192), new Fire(384, 64, 256), new Fire(512, 64, 256)],
                    ]
            ),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _classifier;

    public override bool HeadTakesMap => true;

    public override Tensor ToHeadInput(Tensor trunk) => trunk;

    public override Tensor Pool(Tensor headInput) => headInput.mean([2, 3]);

    protected override Tensor ForwardPlainHead(Tensor headInput) => _classifier.call(headInput).flatten(1);

    private static MaxPool2d Pool() => MaxPool2d(3, stride: 2, ceil_mode: true);

    private static BackboneEntry Entry(
        string name,
        string displayName,
        long parameters,
        double gigaMacs,
        int minimumSize,
        Func<Module<Tensor, Tensor>[][]> groups
    )
    {
        var spec = new BackboneSpec(
            name,
            displayName,
            "SqueezeNet",
            parameters,
            gigaMacs,
            Width,
            GroupNames,
            Preprocessing.ImageNet,
            "Iandola et al., SqueezeNet, 2016"
        )
        {
            MinimumImageSize = minimumSize,
        };
        return new BackboneEntry(spec, classes => new SqueezeNet(spec, groups(), classes));
    }

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
