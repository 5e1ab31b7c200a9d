using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design" (2018), with torchvision's
/// names.</summary>
internal sealed class ShuffleNetV2 : Backbone
{
    private const int StemWidth = 24;

    private static readonly int[] Repeats = [4, 8, 4];

    private readonly Linear _fc;

    private ShuffleNetV2(BackboneSpec spec, int[] widths, int classes)
        : base(spec)
    {
        Sequential conv1 = Child("conv1", Blocks.ConvNorm(3, StemWidth, 3, stride: 2, activation: Blocks.Relu));
        int width = StemWidth;
        var stages = new List<LayerGroup>();
        for (int stage = 0; stage < Repeats.Length; stage++)
        {
            int output = widths[stage];
            Unit[] units = [.. Enumerable.Range(0, Repeats[stage]).Select(r => new Unit(r == 0 ? width : output, output, r == 0 ? 2 : 1))];
            stages.Add(Group($"stage{stage + 2}", Child($"stage{stage + 2}", Sequential(units))));
            width = output;
        }

        Sequential conv5 = Child("conv5", Blocks.ConvNorm(width, spec.FeatureDim, 1, activation: Blocks.Relu));
        _fc = Child("fc", Linear(spec.FeatureDim, classes));
        LayerGroups =
        [
            new LayerGroup("stem", [conv1], x => functional.max_pool2d(conv1.call(x), 3, stride: 2, padding: 1)),
            .. stages,
            Group("conv5", conv5),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            Entry("x0_5", "×0.5", 1_366_792, 0.04, [48, 96, 192], 1024),
            Entry("x1_0", "×1", 2_278_604, 0.145, [116, 232, 464], 1024),
            Entry("x1_5", "×1.5", 3_503_624, 0.296, [176, 352, 704], 1024),
            Entry("x2_0", "×2", 7_393_996, 0.583, [244, 488, 976], 2048),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _fc;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    private static BackboneEntry Entry(string suffix, string size, long parameters, double gigaMacs, int[] widths, int last)
    {
        var spec = new BackboneSpec(
            $"shufflenet_v2_{suffix}",
            $"ShuffleNetV2 {size}",
            "ShuffleNet",
            parameters,
            gigaMacs,
            last,
            ["stem", "stage2", "stage3", "stage4", "conv5"],
            Preprocessing.ImageNet,
            "Ma et al., ShuffleNet V2, 2018"
        );
        return new BackboneEntry(spec, classes => new ShuffleNetV2(spec, widths, classes));
    }

    /// <summary>
    /// Half of the channels pass by, the other half goes through three convolutions, and the halves are shuffled; with a stride of 2,
    /// both halves are convolved.
    /// </summary>
    private sealed class Unit : Module<Tensor, Tensor>
    {
        private readonly Sequential? _branch1;
        private readonly Sequential _branch2;

        public Unit(int input, int output, int stride)
            : base(nameof(Unit))
        {
            int half = output / 2;
            if (stride > 1)
                register_module(
                    "branch1",
                    _branch1 = Sequential(
                        Depthwise(input, stride),
                        new BatchNorm(input),
                        Conv2d(input, half, 1, bias: false),
                        new BatchNorm(half),
                        Blocks.Relu()
                    )
                );
            register_module(
                "branch2",
                _branch2 = Sequential(
                    Conv2d(stride > 1 ? input : half, half, 1, bias: false),
                    new BatchNorm(half),
                    Blocks.Relu(),
                    Depthwise(half, stride),
                    new BatchNorm(half),
                    Conv2d(half, half, 1, bias: false),
                    new BatchNorm(half),
                    Blocks.Relu()
                )
            );
        }

        public override Tensor forward(Tensor x)
        {
            if (_branch1 is not null)
                return Shuffle(cat([_branch1.call(x), _branch2.call(x)], 1));
            Tensor[] halves = x.chunk(2, 1);
            return Shuffle(cat([halves[0], _branch2.call(halves[1])], 1));
        }

        private static Conv2d Depthwise(int channels, int stride) =>
            Conv2d(channels, channels, 3, stride: stride, padding: 1, groups: channels, bias: false);

        // [N, C, H, W]: channels 0, C/2, 1, C/2 + 1 …
        private static Tensor Shuffle(Tensor x) =>
            x.view(x.shape[0], 2, x.shape[1] / 2, x.shape[2], x.shape[3]).transpose(1, 2).flatten(1, 2);
    }
}
