using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Howard et al., "Searching for MobileNetV3" (2019), with torchvision's names. The first layer of its classifier is pretrained
/// and belongs to the trunk; the head is the last one.
/// </summary>
internal sealed class MobileNetV3 : Backbone
{
    private const int StemWidth = 16;

    private static readonly Norm Norm = new(1e-3, 0.01);

    // Tables 1 and 2 of the paper.
    private static readonly Row[] Large =
    [
        new(3, 16, 16, false, false, 1),
        new(3, 64, 24, false, false, 2),
        new(3, 72, 24, false, false, 1),
        new(5, 72, 40, true, false, 2),
        new(5, 120, 40, true, false, 1),
        new(5, 120, 40, true, false, 1),
        new(3, 240, 80, false, true, 2),
        new(3, 200, 80, false, true, 1),
        new(3, 184, 80, false, true, 1),
        new(3, 184, 80, false, true, 1),
        new(3, 480, 112, true, true, 1),
        new(3, 672, 112, true, true, 1),
        new(5, 672, 160, true, true, 2),
        new(5, 960, 160, true, true, 1),
        new(5, 960, 160, true, true, 1),
    ];

    private static readonly Row[] Small =
    [
        new(3, 16, 16, true, false, 2),
        new(3, 72, 24, false, false, 2),
        new(3, 88, 24, false, false, 1),
        new(5, 96, 40, true, true, 2),
        new(5, 240, 40, true, true, 1),
        new(5, 240, 40, true, true, 1),
        new(5, 120, 48, true, true, 1),
        new(5, 144, 48, true, true, 1),
        new(5, 288, 96, true, true, 2),
        new(5, 576, 96, true, true, 1),
        new(5, 576, 96, true, true, 1),
    ];

    private readonly Module<Tensor, Tensor> _dropout = Dropout(0.2);
    private readonly Linear _head;

    private MobileNetV3(BackboneSpec spec, Row[] rows, int classes)
        : base(spec)
    {
        var groups = new List<List<Module<Tensor, Tensor>>>
        {
            new() { Blocks.ConvNorm(3, StemWidth, 3, stride: 2, activation: Blocks.HardSwish, norm: Norm) },
        };
        int width = StemWidth;
        foreach (Row row in rows)
        {
            if (row.Stride == 2 || groups.Count == 1)
                groups.Add([]);
            groups[^1].Add(new InvertedResidual(width, row));
            width = row.Output;
        }

        int last = 6 * width;
        groups.Add([Blocks.ConvNorm(width, last, 1, activation: Blocks.HardSwish, norm: Norm)]);
        Child("features", Sequential([.. groups.SelectMany(g => g)]));
        Module<Tensor, Tensor>[] hidden = [Linear(last, spec.FeatureDim), Blocks.HardSwish()];
        _head = Linear(spec.FeatureDim, classes);
        Child("classifier", Sequential([.. hidden, _dropout, _head]));
        InitialiseConvolutions();
        LayerGroups =
        [
            .. spec.LayerGroups.Zip(groups, (name, group) => Group(name, [.. group])),
            new LayerGroup("fc", hidden, x => Chain(hidden, x.mean([2, 3]))),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            Entry("mobilenet_v3_small", "MobileNetV3 small", 2_542_856, 0.057, 1024, Small),
            Entry("mobilenet_v3_large", "MobileNetV3 large", 5_483_032, 0.217, 1280, Large),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _head;

    public override Tensor ToHeadInput(Tensor trunk) => trunk;

    protected override Tensor ForwardPlainHead(Tensor headInput) => _head.call(_dropout.call(headInput));

    private static BackboneEntry Entry(string name, string displayName, long parameters, double gigaMacs, int hidden, Row[] rows)
    {
        int stages = 1 + rows.Skip(1).Count(r => r.Stride == 2);
        var spec = new BackboneSpec(
            name,
            displayName,
            "MobileNet",
            parameters,
            gigaMacs,
            hidden,
            ["stem", .. Enumerable.Range(1, stages).Select(i => $"stage{i}"), "last", "fc"],
            Preprocessing.ImageNet,
            "Howard et al., Searching for MobileNetV3, 2019"
        );
        return new BackboneEntry(spec, classes => new MobileNetV3(spec, rows, classes));
    }

    /// <summary>A block of the papers' tables.</summary>
    private sealed record Row(int Kernel, int Expanded, int Output, bool SqueezeExcite, bool HardSwish, int Stride);

    private sealed class InvertedResidual : Module<Tensor, Tensor>
    {
        private readonly bool _shortcut;
        private readonly Sequential _block;

        public InvertedResidual(int input, Row row)
            : base(nameof(InvertedResidual))
        {
            _shortcut = row.Stride == 1 && input == row.Output;
            Func<Module<Tensor, Tensor>> activation = row.HardSwish ? Blocks.HardSwish : Blocks.Relu;
            var layers = new List<Module<Tensor, Tensor>>();
            if (row.Expanded != input)
                layers.Add(Blocks.ConvNorm(input, row.Expanded, 1, activation: activation, norm: Norm));
            layers.Add(Blocks.ConvNorm(row.Expanded, row.Expanded, row.Kernel, row.Stride, row.Expanded, activation, Norm));
            if (row.SqueezeExcite)
                layers.Add(
                    new SqueezeExcitation(
                        row.Expanded,
                        Blocks.MakeDivisible(row.Expanded / 4),
                        x => functional.relu(x),
                        x => functional.hardsigmoid(x)
                    )
                );
            layers.Add(Blocks.ConvNorm(row.Expanded, row.Output, 1, norm: Norm));
            register_module("block", _block = Sequential(layers));
        }

        public override Tensor forward(Tensor x) => _shortcut ? x.Plus(_block.call(x)) : _block.call(x);
    }
}
