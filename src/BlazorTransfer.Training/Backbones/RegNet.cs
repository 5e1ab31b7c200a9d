using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Radosavovic et al., "Designing Network Design Spaces" (2020): RegNetX, and RegNetY with squeeze-and-excitation, with
/// torchvision's names. Widths of blocks follow a line that is rounded to powers of w_m.
/// </summary>
internal sealed class RegNet : Backbone
{
    private const int StemWidth = 32;

    private readonly Linear _fc;

    private RegNet(BackboneSpec spec, Plan plan, int classes)
        : base(spec)
    {
        Sequential stem = Child("stem", Blocks.ConvNorm(3, StemWidth, 3, stride: 2, activation: Blocks.Relu));
        var stages = new List<(string, Module<Tensor, Tensor>)>();
        int width = StemWidth;
        foreach ((int output, int blocks, int groupWidth) in plan.Stages())
        {
            string name = $"block{stages.Count + 1}";
            int before = width;
            stages.Add(
                (
                    name,
                    Sequential([
                        .. Enumerable
                            .Range(0, blocks)
                            .Select(b =>
                                (
                                    $"{name}-{b}",
                                    (Module<Tensor, Tensor>)
                                        new Block(b == 0 ? before : output, output, b == 0 ? 2 : 1, groupWidth, plan.SqueezeRatio)
                                )
                            ),
                    ])
                )
            );
            width = output;
        }

        Child("trunk_output", Sequential([.. stages]));
        _fc = Child("fc", Linear(width, classes));
        InitialiseConvolutions();
        LayerGroups = [Group("stem", stem), .. stages.Select(s => Group(s.Item1, s.Item2))];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            Entry("regnet_x_400mf", "RegNetX 400MF", 5_495_976, 0.414, 400, new Plan(22, 24, 24.48, 2.54, 16, 0)),
            Entry("regnet_y_400mf", "RegNetY 400MF", 4_344_144, 0.402, 440, new Plan(16, 48, 27.89, 2.09, 8, 0.25)),
            Entry("regnet_y_800mf", "RegNetY 800MF", 6_432_512, 0.834, 784, new Plan(14, 56, 38.84, 2.4, 16, 0.25)),
            Entry("regnet_y_1_6gf", "RegNetY 1.6GF", 11_202_430, 1.612, 888, new Plan(27, 48, 20.71, 2.65, 24, 0.25)),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _fc;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    private static BackboneEntry Entry(string name, string displayName, long parameters, double gigaMacs, int last, Plan plan)
    {
        var spec = new BackboneSpec(
            name,
            displayName,
            "RegNet",
            parameters,
            gigaMacs,
            last,
            ["stem", "block1", "block2", "block3", "block4"],
            Preprocessing.ImageNet,
            "Radosavovic et al., Designing Network Design Spaces, 2020"
        );
        return new BackboneEntry(spec, classes => new RegNet(spec, plan, classes));
    }

    /// <summary>The parameters of equations 2 to 4 of the paper.</summary>
    private sealed record Plan(int Depth, int W0, double Wa, double Wm, int GroupWidth, double SqueezeRatio)
    {
        private const int Quantum = 8;

        /// <summary>Width, number of blocks and width of a group of each stage.</summary>
        public IEnumerable<(int Width, int Blocks, int GroupWidth)> Stages() =>
            Enumerable
                .Range(0, Depth)
                .Select(block => Math.Round(Math.Log((W0 + Wa * block) / W0) / Math.Log(Wm)))
                .Select(power => (int)Math.Round(W0 * Math.Pow(Wm, power) / Quantum) * Quantum)
                .GroupBy(width => width)
                .Select(stage =>
                {
                    int group = Math.Min(GroupWidth, stage.Key);
                    return (Blocks.MakeDivisible(stage.Key, group), stage.Count(), group);
                });
    }

    /// <summary>1×1, grouped 3×3 and 1×1 without a bottleneck, around a shortcut.</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential? _proj;
        private readonly Sequential _f;

        public Block(int input, int output, int stride, int groupWidth, double squeezeRatio)
            : base(nameof(Block))
        {
            if (stride != 1 || input != output)
                register_module("proj", _proj = Blocks.ConvNorm(input, output, 1, stride));
            var layers = new List<(string, Module<Tensor, Tensor>)>
            {
                ("a", Blocks.ConvNorm(input, output, 1, activation: Blocks.Relu)),
                ("b", Blocks.ConvNorm(output, output, 3, stride, output / groupWidth, Blocks.Relu)),
            };
            if (squeezeRatio > 0)
                layers.Add(
                    ("se", new SqueezeExcitation(output, (int)Math.Round(squeezeRatio * input), x => functional.relu(x), x => x.sigmoid()))
                );
            layers.Add(("c", Blocks.ConvNorm(output, output, 1)));
            register_module("f", _f = Sequential([.. layers]));
        }

        public override Tensor forward(Tensor x) => functional.relu((_proj?.call(x) ?? x).Plus(_f.call(x)));
    }
}
