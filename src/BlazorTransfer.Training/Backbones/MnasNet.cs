using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Tan et al., "MnasNet: Platform-Aware Neural Architecture Search for Mobile" (2018), model B1, with torchvision's
/// names.</summary>
internal sealed class MnasNet : Backbone
{
    private const int LastWidth = 1280;

    private static readonly Norm Norm = new(1e-5, 1 - 0.9997);

    // Output channels at width 1, kernel, stride, expansion, repeats.
    private static readonly (int Channels, int Kernel, int Stride, int Expansion, int Repeats)[] Stages =
    [
        (24, 3, 2, 3, 3),
        (40, 5, 2, 3, 3),
        (80, 5, 2, 6, 3),
        (96, 3, 1, 6, 2),
        (192, 5, 2, 6, 4),
        (320, 3, 1, 6, 1),
    ];

    private readonly Sequential _classifier;

    private MnasNet(BackboneSpec spec, double width, int classes)
        : base(spec)
    {
        int stem = Blocks.MakeDivisible(32 * width),
            first = Blocks.MakeDivisible(16 * width);
        var groups = new List<Module<Tensor, Tensor>[]>
        {
            new Module<Tensor, Tensor>[]
            {
                Conv2d(3, stem, 3, stride: 2, padding: 1, bias: false),
                Norm.Create(stem),
                Blocks.Relu(),
                Conv2d(stem, stem, 3, padding: 1, groups: stem, bias: false),
                Norm.Create(stem),
                Blocks.Relu(),
                Conv2d(stem, first, 1, bias: false),
                Norm.Create(first),
            },
        };
        int input = first;
        foreach ((int channels, int kernel, int stride, int expansion, int repeats) in Stages)
        {
            int output = Blocks.MakeDivisible(channels * width),
                before = input;
            groups.Add([
                Sequential([
                    .. Enumerable
                        .Range(0, repeats)
                        .Select(r => new InvertedResidual(r == 0 ? before : output, output, kernel, r == 0 ? stride : 1, expansion)),
                ]),
            ]);
            input = output;
        }

        groups.Add([Conv2d(input, LastWidth, 1, bias: false), Norm.Create(LastWidth), Blocks.Relu()]);
        Child("layers", Sequential([.. groups.SelectMany(g => g)]));
        _classifier = Child("classifier", Sequential(Dropout(0.2), Linear(LastWidth, classes)));
        InitialiseConvolutions();
        LayerGroups = [.. spec.LayerGroups.Zip(groups, Group)];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [Entry("mnasnet0_5", "MnasNet ×0.5", 2_218_512, 0.104, 0.5), Entry("mnasnet1_0", "MnasNet ×1", 4_383_312, 0.314, 1)];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _classifier;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    private static BackboneEntry Entry(string name, string displayName, long parameters, double gigaMacs, double width)
    {
        var spec = new BackboneSpec(
            name,
            displayName,
            "MnasNet",
            parameters,
            gigaMacs,
            LastWidth,
            ["stem", .. Stages.Select((_, i) => $"stage{i + 1}"), "last"],
            Preprocessing.ImageNet,
            "Tan et al., MnasNet, 2018"
        );
        return new BackboneEntry(spec, classes => new MnasNet(spec, width, classes));
    }

    private sealed class InvertedResidual : Module<Tensor, Tensor>
    {
        private readonly bool _shortcut;
        private readonly Sequential _layers;

        public InvertedResidual(int input, int output, int kernel, int stride, int expansion)
            : base(nameof(InvertedResidual))
        {
            _shortcut = stride == 1 && input == output;
            int hidden = input * expansion;
            register_module(
                "layers",
                _layers = Sequential(
                    Conv2d(input, hidden, 1, bias: false),
                    Norm.Create(hidden),
                    Blocks.Relu(),
                    Conv2d(hidden, hidden, kernel, stride: stride, padding: kernel / 2, groups: hidden, bias: false),
                    Norm.Create(hidden),
                    Blocks.Relu(),
                    Conv2d(hidden, output, 1, bias: false),
                    Norm.Create(output)
                )
            );
        }

        public override Tensor forward(Tensor x) => _shortcut ? x.Plus(_layers.call(x)) : _layers.call(x);
    }
}
