using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Liu et al., "A ConvNet for the 2020s" (2022), with torchvision's names. The norm behind the pooling belongs to the
/// trunk.</summary>
internal sealed class ConvNeXt : Backbone
{
    private readonly Linear _head;

    private ConvNeXt(BackboneSpec spec, Plan plan, int classes)
        : base(spec)
    {
        var features = new List<Module<Tensor, Tensor>>
        {
            Sequential(Conv2d(3, plan.Widths[0], 4, stride: 4), new ChannelNorm(plan.Widths[0])),
        };
        int total = plan.Blocks.Sum(),
            done = 0;
        for (int stage = 0; stage < plan.Blocks.Length; stage++)
        {
            int width = plan.Widths[stage];
            if (stage > 0)
                features.Add(Sequential(new ChannelNorm(plan.Widths[stage - 1]), Conv2d(plan.Widths[stage - 1], width, 2, stride: 2)));
            features.Add(
                Sequential([
                    .. Enumerable.Range(0, plan.Blocks[stage]).Select(_ => new Block(width, plan.DropPath * done++ / (total - 1.0))),
                ])
            );
        }

        Child("features", Sequential(features));
        var norm = new ChannelNorm(plan.Widths[^1]);
        _head = Linear(plan.Widths[^1], classes);
        Child("classifier", Sequential(norm, Flatten(1), _head));
        foreach (
            Module<Tensor, Tensor> module in modules()
                .OfType<Module<Tensor, Tensor>>()
                .Where(m => m is TorchSharp.Modules.Conv2d or TorchSharp.Modules.Linear)
        )
            Initialise(module);
        LayerGroups =
        [
            Group("stem", features[0]),
            Group("stage1", features[1]),
            Group("stage2", features[2], features[3]),
            Group("stage3", features[4], features[5]),
            Group("stage4", features[6], features[7]),
            new LayerGroup("norm", [norm], x => norm.call(x.mean([2, 3], keepdim: true))),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            Entry("tiny", 28_589_128, 4.456, new Plan([3, 3, 9, 3], [96, 192, 384, 768], 0.1), 236),
            Entry("small", 50_223_688, 8.684, new Plan([3, 3, 27, 3], [96, 192, 384, 768], 0.4), 230),
            Entry("base", 88_591_464, 15.355, new Plan([3, 3, 27, 3], [128, 256, 512, 1024], 0.5), 232),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _head;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.flatten(1);

    private static BackboneEntry Entry(string size, long parameters, double gigaMacs, Plan plan, int resize)
    {
        var spec = new BackboneSpec(
            $"convnext_{size}",
            $"ConvNeXt {size}",
            "ConvNeXt",
            parameters,
            gigaMacs,
            plan.Widths[^1],
            ["stem", "stage1", "stage2", "stage3", "stage4", "norm"],
            Preprocessing.ImageNet with
            {
                ResizeShorterSide = resize,
            },
            "Liu et al., A ConvNet for the 2020s, 2022"
        )
        {
            MinimumImageSize = 32,
        };
        return new BackboneEntry(spec, classes => new ConvNeXt(spec, plan, classes));
    }

    // The paper's: a normal distribution with a deviation of 0.02; torchvision also cuts it at a hundred deviations.
    private static void Initialise(Module<Tensor, Tensor> module)
    {
        (Tensor weight, Tensor? bias) = module switch
        {
            Conv2d c => (c.weight!, c.bias),
            Linear l => (l.weight!, l.bias),
            _ => throw new ArgumentException("Only convolutions and linear layers start so.", nameof(module)),
        };
        init.normal_(weight, 0, 0.02);
        if (bias is not null)
            init.zeros_(bias);
    }

    private sealed record Plan(int[] Blocks, int[] Widths, double DropPath);

    /// <summary>Layer norm over the channels of [N, C, H, W], with its weights named as in a layer norm.</summary>
    private sealed class ChannelNorm : Module<Tensor, Tensor>
    {
        // By these names TorchSharp finds the fields again when the module moves to another device.
        [ComponentName(Name = "weight")]
        private readonly TorchSharp.Modules.Parameter _weight;

        [ComponentName(Name = "bias")]
        private readonly TorchSharp.Modules.Parameter _bias;

        public ChannelNorm(int channels)
            : base(nameof(ChannelNorm))
        {
            register_parameter("weight", _weight = new TorchSharp.Modules.Parameter(ones(channels)));
            register_parameter("bias", _bias = new TorchSharp.Modules.Parameter(zeros(channels)));
        }

        public override Tensor forward(Tensor x) =>
            functional.layer_norm(x.permute(0, 2, 3, 1), [x.shape[1]], _weight, _bias, 1e-6).permute(0, 3, 1, 2);
    }

    /// <summary>Depthwise 7×7, layer norm, 1×1 up to four times, GELU, 1×1 down, scaled by a weight for each channel.</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly double _dropPath;
        private readonly Conv2d _depthwise;
        private readonly LayerNorm _norm;
        private readonly Linear _up;
        private readonly Linear _down;

        [ComponentName(Name = "layer_scale")]
        private readonly TorchSharp.Modules.Parameter _scale;

        public Block(int width, double dropPath)
            : base(nameof(Block))
        {
            _dropPath = dropPath;
            register_parameter("layer_scale", _scale = new TorchSharp.Modules.Parameter(empty(width, 1, 1).Fill(1e-6)));
            _depthwise = Conv2d(width, width, 7, padding: 3, groups: width);
            _norm = LayerNorm(width, 1e-6);
            _up = Linear(width, 4 * width);
            _down = Linear(4 * width, width);
            // The numbers between belong to torchvision's permutations and activation, which have no weights.
            register_module("block", Sequential(("0", _depthwise), ("2", _norm), ("3", _up), ("5", _down)));
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _norm.call(_depthwise.call(x).permute(0, 2, 3, 1));
            y = _down.call(functional.gelu(_up.call(y))).permute(0, 3, 1, 2);
            return x.Plus(Blocks.StochasticDepth(_scale * y, _dropPath, training));
        }
    }
}
