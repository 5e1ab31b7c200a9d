using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Huang et al., "Densely Connected Convolutional Networks" (2016), with torchvision's names.</summary>
internal sealed class DenseNet : Backbone
{
    private readonly Linear _classifier;

    private DenseNet(BackboneSpec spec, int growth, int[] blocks, int stem, int classes)
        : base(spec)
    {
        var features = new List<(string Name, Module<Tensor, Tensor> Module)>
        {
            ("conv0", Conv2d(3, stem, 7, stride: 2, padding: 3, bias: false)),
            ("norm0", new BatchNorm(stem)),
            ("relu0", Blocks.Relu()),
            ("pool0", MaxPool2d(3, 2, 1)),
        };
        var ends = new List<int> { features.Count };
        int width = stem;
        for (int b = 0; b < blocks.Length; b++)
        {
            int input = width;
            features.Add(
                (
                    $"denseblock{b + 1}",
                    Sequential([
                        .. Enumerable
                            .Range(0, blocks[b])
                            .Select(l => ($"denselayer{l + 1}", (Module<Tensor, Tensor>)new Layer(input + l * growth, growth))),
                    ])
                )
            );
            width += blocks[b] * growth;
            if (b < blocks.Length - 1)
            {
                features.Add(
                    (
                        $"transition{b + 1}",
                        Sequential(
                            ("norm", new BatchNorm(width)),
                            ("relu", Blocks.Relu()),
                            ("conv", Conv2d(width, width / 2, 1, bias: false)),
                            ("pool", AvgPool2d(2, 2))
                        )
                    )
                );
                width /= 2;
            }
            else
            {
                features.Add(("norm5", new BatchNorm(width)));
            }

            ends.Add(features.Count);
        }

        Child("features", Sequential([.. features]));
        _classifier = Child("classifier", Linear(width, classes));
        InitialiseConvolutions();
        LayerGroups =
        [
            .. spec.LayerGroups.Select(
                (name, g) => Group(name, [.. features.Select(f => f.Module).ToArray()[(g == 0 ? 0 : ends[g - 1])..ends[g]]])
            ),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            Entry(121, 7_978_856, 2.834, 1024, 32, [6, 12, 24, 16], 64),
            Entry(161, 28_681_000, 7.728, 2208, 48, [6, 12, 36, 24], 96),
            Entry(169, 14_149_480, 3.36, 1664, 32, [6, 12, 32, 32], 64),
            Entry(201, 20_013_928, 4.291, 1920, 32, [6, 12, 48, 32], 64),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _classifier;

    public override Tensor ToHeadInput(Tensor trunk) => functional.relu(trunk).mean([2, 3]);

    private static BackboneEntry Entry(int depth, long parameters, double gigaMacs, int last, int growth, int[] blocks, int stem)
    {
        var spec = new BackboneSpec(
            $"densenet{depth}",
            $"DenseNet-{depth}",
            "DenseNet",
            parameters,
            gigaMacs,
            last,
            ["stem", "block1", "block2", "block3", "block4"],
            Preprocessing.ImageNet,
            "Huang et al., Densely Connected Convolutional Networks, 2016"
        )
        {
            MinimumImageSize = 29,
        };
        return new BackboneEntry(spec, classes => new DenseNet(spec, growth, blocks, stem, classes));
    }

    /// <summary>Adds <c>growth</c> channels, computed from all that came before in the block.</summary>
    private sealed class Layer : Module<Tensor, Tensor>
    {
        private const int BottleneckFactor = 4;
        private readonly BatchNorm _norm1;
        private readonly Conv2d _conv1;
        private readonly BatchNorm _norm2;
        private readonly Conv2d _conv2;

        public Layer(int input, int growth)
            : base(nameof(Layer))
        {
            register_module("norm1", _norm1 = new BatchNorm(input));
            register_module("conv1", _conv1 = Conv2d(input, BottleneckFactor * growth, 1, bias: false));
            register_module("norm2", _norm2 = new BatchNorm(BottleneckFactor * growth));
            register_module("conv2", _conv2 = Conv2d(BottleneckFactor * growth, growth, 3, padding: 1, bias: false));
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _conv1.call(functional.relu(_norm1.call(x)));
            return cat([x, _conv2.call(functional.relu(_norm2.call(y)))], 1);
        }
    }
}
