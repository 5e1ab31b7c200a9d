using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Tan and Le, "EfficientNet: Rethinking Model Scaling" (2019) and "EfficientNetV2: Smaller Models and Faster Training" (2021), with
/// torchvision's names. Each size was trained at a resolution of its own.
/// </summary>
internal sealed class EfficientNet : Backbone
{
    private const string PaperV1 = "Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019";
    private const string PaperV2 = "Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021";
    private const double DropPath = 0.2;

    // Table 1 of the first paper, before scaling.
    private static readonly Stage[] BaseV1 =
    [
        new(false, 1, 3, 1, 32, 16, 1),
        new(false, 6, 3, 2, 16, 24, 2),
        new(false, 6, 5, 2, 24, 40, 2),
        new(false, 6, 3, 2, 40, 80, 3),
        new(false, 6, 5, 1, 80, 112, 3),
        new(false, 6, 5, 2, 112, 192, 4),
        new(false, 6, 3, 1, 192, 320, 1),
    ];

    private static readonly Stage[] SmallV2 =
    [
        new(true, 1, 3, 1, 24, 24, 2),
        new(true, 4, 3, 2, 24, 48, 4),
        new(true, 4, 3, 2, 48, 64, 4),
        new(false, 4, 3, 2, 64, 128, 6),
        new(false, 6, 3, 1, 128, 160, 9),
        new(false, 6, 3, 2, 160, 256, 15),
    ];

    private static readonly Stage[] MediumV2 =
    [
        new(true, 1, 3, 1, 24, 24, 3),
        new(true, 4, 3, 2, 24, 48, 5),
        new(true, 4, 3, 2, 48, 80, 5),
        new(false, 4, 3, 2, 80, 160, 7),
        new(false, 6, 3, 1, 160, 176, 14),
        new(false, 6, 3, 2, 176, 304, 18),
        new(false, 6, 3, 1, 304, 512, 5),
    ];

    private readonly Sequential _classifier;

    private EfficientNet(BackboneSpec spec, Plan plan, int classes)
        : base(spec)
    {
        int stem = plan.Stages[0].Input,
            total = plan.Stages.Sum(s => s.Repeats),
            done = 0;
        var features = new List<Module<Tensor, Tensor>>
        {
            Blocks.ConvNorm(3, stem, 3, stride: 2, activation: Blocks.Silu, norm: plan.Norm),
        };
        foreach (Stage stage in plan.Stages)
        {
            features.Add(
                Sequential([
                    .. Enumerable
                        .Range(0, stage.Repeats)
                        .Select(r => new Block(
                            stage,
                            r == 0 ? stage.Input : stage.Output,
                            r == 0 ? stage.Stride : 1,
                            DropPath * done++ / total,
                            plan.Norm
                        )),
                ])
            );
        }

        features.Add(Blocks.ConvNorm(plan.Stages[^1].Output, spec.FeatureDim, 1, activation: Blocks.Silu, norm: plan.Norm));
        Child("features", Sequential(features));
        _classifier = Child("classifier", Sequential(Dropout(plan.Dropout), Linear(spec.FeatureDim, classes)));
        InitialiseConvolutions();
        LayerGroups = [.. spec.LayerGroups.Zip(features, (name, module) => Group(name, module))];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            V1("b0", 5_288_548, 0.386, 1, 1, 0.2, new(256, 224, Preprocessing.Bicubic)),
            V1("b1", 7_794_184, 0.687, 1, 1.1, 0.2, new(256, 240, Preprocessing.Bicubic)),
            V1("b2", 9_109_994, 1.088, 1.1, 1.2, 0.3, new(288, 288, Preprocessing.Bicubic)),
            V1("b3", 12_233_232, 1.827, 1.2, 1.4, 0.3, new(320, 300, Preprocessing.Bicubic)),
            V1("b4", 19_341_616, 4.394, 1.4, 1.8, 0.4, new(384, 380, Preprocessing.Bicubic)),
            V1("b5", 30_389_784, 10.266, 1.6, 2.2, 0.4, new(456, 456, Preprocessing.Bicubic)),
            V1("b6", 43_040_704, 19.068, 1.8, 2.6, 0.5, new(528, 528, Preprocessing.Bicubic)),
            V1("b7", 66_347_960, 37.746, 2, 3.1, 0.5, new(600, 600, Preprocessing.Bicubic)),
            V2("s", 21_458_488, 8.366, SmallV2, 0.2, new(384, 384, Preprocessing.Bilinear)),
            V2("m", 54_139_356, 24.582, MediumV2, 0.3, new(480, 480, Preprocessing.Bilinear)),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _classifier;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    private static BackboneEntry V1(string size, long parameters, double gigaMacs, double width, double depth, double dropout, View view)
    {
        Stage[] stages =
        [
            .. BaseV1.Select(s =>
                s with
                {
                    Input = Blocks.MakeDivisible(s.Input * width),
                    Output = Blocks.MakeDivisible(s.Output * width),
                    Repeats = (int)Math.Ceiling(s.Repeats * depth),
                }
            ),
        ];
        // The larger ones keep the original program's batch-norm settings.
        Norm norm = string.CompareOrdinal(size, "b5") >= 0 ? new Norm(1e-3, 0.01) : Norm.Default;
        return Entry(
            $"efficientnet_{size}",
            $"EfficientNet-{size.ToUpperInvariant()}",
            "EfficientNet",
            parameters,
            gigaMacs,
            4 * stages[^1].Output,
            new Plan(stages, dropout, norm),
            view,
            PaperV1
        );
    }

    private static BackboneEntry V2(string size, long parameters, double gigaMacs, Stage[] stages, double dropout, View view) =>
        Entry(
            $"efficientnet_v2_{size}",
            $"EfficientNetV2-{size.ToUpperInvariant()}",
            "EfficientNetV2",
            parameters,
            gigaMacs,
            1280,
            new Plan(stages, dropout, new Norm(1e-3, 0.1)),
            view,
            PaperV2
        );

    private static BackboneEntry Entry(
        string name,
        string displayName,
        string family,
        long parameters,
        double gigaMacs,
        int last,
        Plan plan,
        View view,
        string paper
    )
    {
        var spec = new BackboneSpec(
            name,
            displayName,
            family,
            parameters,
            gigaMacs,
            last,
            ["stem", .. plan.Stages.Select((_, i) => $"stage{i + 1}"), "last"],
            Preprocessing.ImageNet with
            {
                ResizeShorterSide = view.Resize,
                CropSize = view.Crop,
                Interpolation = view.Interpolation,
            },
            paper
        );
        return new BackboneEntry(spec, classes => new EfficientNet(spec, plan, classes));
    }

    private sealed record View(int Resize, int Crop, string Interpolation);

    private sealed record Plan(Stage[] Stages, double Dropout, Norm Norm);

    /// <param name="Fused">Expansion and depthwise convolution are one ordinary convolution, and nothing is squeezed
    /// (EfficientNetV2).</param>
    /// <param name="Expansion">Hidden channels over input channels.</param>
    /// <param name="Kernel">Side of the convolution.</param>
    /// <param name="Stride">Of the first block.</param>
    /// <param name="Input">Channels in.</param>
    /// <param name="Output">Channels out.</param>
    /// <param name="Repeats">Blocks.</param>
    private sealed record Stage(bool Fused, int Expansion, int Kernel, int Stride, int Input, int Output, int Repeats);

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly bool _shortcut;
        private readonly double _dropPath;
        private readonly Sequential _block;

        public Block(Stage stage, int input, int stride, double dropPath, Norm norm)
            : base(nameof(Block))
        {
            (_shortcut, _dropPath) = (stride == 1 && input == stage.Output, dropPath);
            int hidden = Blocks.MakeDivisible(input * stage.Expansion);
            var layers = new List<Module<Tensor, Tensor>>();
            if (stage.Fused && hidden == input)
            {
                layers.Add(Blocks.ConvNorm(input, stage.Output, stage.Kernel, stride, activation: Blocks.Silu, norm: norm));
            }
            else if (stage.Fused)
            {
                layers.Add(Blocks.ConvNorm(input, hidden, stage.Kernel, stride, activation: Blocks.Silu, norm: norm));
                layers.Add(Blocks.ConvNorm(hidden, stage.Output, 1, norm: norm));
            }
            else
            {
                if (hidden != input)
                    layers.Add(Blocks.ConvNorm(input, hidden, 1, activation: Blocks.Silu, norm: norm));
                layers.Add(Blocks.ConvNorm(hidden, hidden, stage.Kernel, stride, hidden, Blocks.Silu, norm));
                layers.Add(new SqueezeExcitation(hidden, Math.Max(1, input / 4), x => functional.silu(x), x => x.sigmoid()));
                layers.Add(Blocks.ConvNorm(hidden, stage.Output, 1, norm: norm));
            }

            register_module("block", _block = Sequential(layers));
        }

        public override Tensor forward(Tensor x) =>
            _shortcut ? x.Plus(Blocks.StochasticDepth(_block.call(x), _dropPath, training)) : _block.call(x);
    }
}
