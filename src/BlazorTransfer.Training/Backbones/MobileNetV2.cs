using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Inverted residuals with linear bottlenecks: Sandler et al., "MobileNetV2" (2018), with torchvision's names
/// (<c>features.0.0.weight</c> … <c>classifier.1.bias</c>).
/// </summary>
internal sealed class MobileNetV2 : Backbone
{
    private const int LastWidth = 1280;

    // Expansion factor, output channels, repeats, stride of the first: table 2 of the paper.
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Stages =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    private static readonly BackboneSpec Specification = new(
        "mobilenet_v2",
        "MobileNetV2",
        "MobileNet",
        3_504_872,
        0.301,
        LastWidth,
        ["stem", .. Stages.Select((_, i) => $"stage{i + 1}"), "last"],
        Preprocessing.ImageNet,
        "Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018"
    );

    private readonly Sequential _classifier;

    private MobileNetV2(int classes)
        : base(Specification)
    {
        var stages = new List<Module<Tensor, Tensor>[]>
        {
            new Module<Tensor, Tensor>[] { Blocks.ConvNorm(3, 32, 3, stride: 2, activation: Blocks.Relu6) },
        };
        int width = 32;
        foreach ((int expansion, int channels, int repeats, int stride) in Stages)
        {
            stages.Add([
                .. Enumerable
                    .Range(0, repeats)
                    .Select(r => new InvertedResidual(r == 0 ? width : channels, channels, r == 0 ? stride : 1, expansion)),
            ]);
            width = channels;
        }

        stages.Add([Blocks.ConvNorm(width, LastWidth, 1, activation: Blocks.Relu6)]);
        Child("features", Sequential([.. stages.SelectMany(s => s)]));
        _classifier = Child("classifier", Sequential(Dropout(0.2), Linear(LastWidth, classes)));
        InitialiseConvolutions();
        LayerGroups = [.. Specification.LayerGroups.Zip(stages, Group)];
    }

    public static IEnumerable<BackboneEntry> Entries => [new BackboneEntry(Specification, classes => new MobileNetV2(classes))];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _classifier;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    /// <summary>Expand 1×1, depthwise 3×3, project 1×1 without activation; a shortcut where the shape stays.</summary>
    private sealed class InvertedResidual : Module<Tensor, Tensor>
    {
        private readonly bool _shortcut;
        private readonly Sequential _conv;

        public InvertedResidual(int input, int output, int stride, int expansion)
            : base(nameof(InvertedResidual))
        {
            _shortcut = stride == 1 && input == output;
            int hidden = input * expansion;
            List<Module<Tensor, Tensor>> layers = expansion == 1 ? [] : [Blocks.ConvNorm(input, hidden, 1, activation: Blocks.Relu6)];
            layers.AddRange([
                Blocks.ConvNorm(hidden, hidden, 3, stride, groups: hidden, Blocks.Relu6),
                Conv2d(hidden, output, 1, bias: false),
                new BatchNorm(output),
            ]);
            register_module("conv", _conv = Sequential(layers));
        }

        public override Tensor forward(Tensor x) => _shortcut ? x.Plus(_conv.call(x)) : _conv.call(x);
    }
}
